import { nearestName } from '../values/nearest-name.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { type Problem, problemAt } from './problem.ts';
import { overlay, type SettingsMap, type SettingsNode, untypedList, untypedScalar } from './settings-tree.ts';
import type { ShapeSchema } from './shape-schema.ts';

/** The variables that stand for flags without a key of their own. */
export interface EnvironmentFlags {
  readonly path: string | undefined;
  readonly allow: readonly string[] | undefined;
}

/**
 * Lays `HOOKGATE_*` over the settings: the path in capitals, words separated by underscores, lists of words by
 * commas. A variable that names no setting is a problem, since a misspelt override would silently do nothing.
 */
export function overlayEnvironment(
  schema: ShapeSchema,
  root: SettingsMap,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly problems: readonly Problem[]; readonly flags: EnvironmentFlags } {
  const known = variables(schema);
  const problems: Problem[] = [];
  let path: string | undefined;
  let allow: readonly string[] | undefined;
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !name.startsWith('HOOKGATE_') || setByKubernetes(name, text)) continue;
    const target = known.get(name);
    if (target !== undefined) overlay(root, target.path, target.node(text, name));
    else if (name === 'HOOKGATE_PATH') path = text;
    else if (name === 'HOOKGATE_ALLOW') allow = text.split(',').map((range) => range.trim());
    else problems.push(unknownVariable(name, known.keys()));
  }
  return { problems, flags: { path, allow } };
}

/** All variables with the key that each sets, for documents and tests. */
export function environmentVariables(schema: ShapeSchema): ReadonlyMap<string, string> {
  return new Map([...variables(schema)].map(([name, { path }]) => [name, path.join('.')]));
}

/**
 * Kubernetes gives every container the addresses of the Services of its namespace, so a Service called `hookgate`
 * or `hookgate-admin` makes variables that start as ours do, HOOKGATE_ADMIN_PORT=tcp://10.0.0.1:9090 among them.
 * No setting of ours ends so, or holds such a URL where it ends with PORT.
 */
function setByKubernetes(name: string, text: string): boolean {
  return (
    /_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$/.test(name) ||
    /_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name) ||
    (name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(text))
  );
}

interface Target {
  readonly path: readonly string[];
  readonly node: (text: string, source: string) => SettingsNode;
}

function variables(schema: ShapeSchema): Map<string, Target> {
  return new Map(
    leavesOf(schema).flatMap((leaf) => {
      const name = environmentName(leaf);
      return name === undefined
        ? []
        : [[name, { path: leaf.key.split('.'), node: nodeMaker(leaf.schema) }] as const];
    }),
  );
}

/** The variable that sets a key; undefined for keys of a list's items, lists of sections and free maps. */
export function environmentName({ key, schema }: Leaf): string | undefined {
  const hasNames = schema.items?.properties !== undefined || schema.additionalProperties !== undefined;
  return key.includes('[]') || hasNames ? undefined : variableName(key.split('.'));
}

function nodeMaker(schema: ShapeSchema): Target['node'] {
  if (schema.type === 'array') return untypedList;
  if (Array.isArray(schema.type)) {
    return (text, source) => (text.includes(',') ? untypedList(text, source) : untypedScalar(text, source));
  }
  return untypedScalar;
}

function variableName(path: readonly string[]): string {
  const words = path.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `HOOKGATE_${words.join('_')}`;
}

function unknownVariable(name: string, known: Iterable<string>): Problem {
  // What all names begin with says nothing of how near they are.
  const bare = (variable: string): string => variable.replace(/^HOOKGATE_/, '');
  const near = nearestName(bare(name), [...known, 'HOOKGATE_PATH', 'HOOKGATE_ALLOW'].map(bare));
  return problemAt(
    { source: name },
    '',
    'unknown variable',
    near === undefined
      ? 'expected HOOKGATE_ and the path of a setting, such as HOOKGATE_UPSTREAM_URL'
      : `did you mean HOOKGATE_${near}?`,
  );
}
