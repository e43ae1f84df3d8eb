import { injectLabel } from './opt-in.ts';
import { textAt } from './pod.ts';

export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** What an injector looks at, of whatever kind: a webhook, or a policy of the API server. */
export interface Reach {
  readonly name: string;
  readonly namespaceSelector?: Selector;
  readonly objectSelector?: Selector;
}

/** The injectors among a cluster's mutating webhooks and policies, by what their objectSelector asks for. */
export function reachesOf(
  configurations: readonly unknown[],
  policies: readonly unknown[],
): readonly Reach[] {
  const webhooks = configurations.flatMap((one) => {
    const { metadata, webhooks: list } = one as { metadata?: { name?: string }; webhooks?: readonly Reach[] };
    return (list ?? []).map((webhook) => ({ ...webhook, name: metadata?.name ?? '' }));
  });
  const others = policies.map((one) => {
    const { metadata, spec } = one as { metadata?: { name?: string }; spec?: { matchConstraints?: Reach } };
    return { ...spec?.matchConstraints, name: metadata?.name ?? '' };
  });
  const asksForLabel = ({ objectSelector }: Reach): boolean =>
    objectSelector?.matchLabels?.[injectLabel] !== undefined ||
    objectSelector?.matchExpressions?.some(({ key }) => key === injectLabel) === true;
  return [...webhooks, ...others].filter(asksForLabel);
}

/**
 * Other injectors that select a namespace which `own` selects too, with the names of those namespaces: each would
 * replace the sidecar of the other. Where two objectSelectors ask for different values of one label they never meet.
 */
export function findRivals(
  own: string,
  reaches: readonly Reach[],
  namespaces: readonly { readonly name: string; readonly labels: unknown }[],
): readonly { readonly name: string; readonly namespaces: readonly string[] }[] {
  const mine = reaches.filter(({ name }) => name === own);
  return reaches
    .filter(({ name }) => name !== own)
    .map((other) => ({
      name: other.name,
      namespaces: namespaces
        .filter(({ labels }) =>
          mine.some(
            (one) =>
              matches(one.namespaceSelector, labels) &&
              matches(other.namespaceSelector, labels) &&
              !areDisjoint(one.objectSelector, other.objectSelector),
          ),
        )
        .map(({ name }) => name),
    }))
    .filter(({ namespaces: shared }) => shared.length > 0);
}

/** Whether an injector selects a namespace; one that is not among them (yet), or has no name, is taken to select all. */
export function selectionOf(
  own: string,
  reaches: readonly Reach[],
  namespaces: readonly { readonly name: string; readonly labels: unknown }[],
): (namespace: string) => boolean {
  const mine = reaches.filter(({ name }) => name === own);
  if (mine.length === 0) return () => true;
  const selected = namespaces.filter(({ labels }) =>
    mine.some((one) => matches(one.namespaceSelector, labels)),
  );
  const names = new Set(selected.map(({ name }) => name));
  return (namespace) => names.has(namespace);
}

/** As the API server matches a label selector; without one it matches all. */
function matches({ matchLabels = {}, matchExpressions = [] }: Selector = {}, labels: unknown): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => textAt(labels, key) === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = textAt(labels, key);
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

function areDisjoint(one: Selector = {}, other: Selector = {}): boolean {
  return Object.entries(one.matchLabels ?? {}).some(([key, value]) => {
    const wanted = other.matchLabels?.[key];
    return wanted !== undefined && wanted !== value;
  });
}
