import { type Denial, deny } from './denials.ts';
import { type Pod, textAt } from './pod.ts';
import { isQuantity } from './quantity.ts';
import { bypassAnnotation, recordAnnotation } from './written-annotations.ts';

export const injectLabel = 'hookgate.io/inject';
/** Names the injector that a pod wants, where several select it (its webhooks and policies look at it). */
export const injectorLabel = 'hookgate.io/injector';
export const portAnnotation = 'hookgate.io/port';
export const movePortAnnotation = 'hookgate.io/move-port';
export const stopDelayAnnotation = 'hookgate.io/stop-delay';
const upstreamAnnotation = 'hookgate.io/upstream';
/** Annotation → what of the sidecar's resources it sets. */
const resourceAnnotations = {
  'hookgate.io/cpu-request': ['requests', 'cpu'],
  'hookgate.io/cpu-limit': ['limits', 'cpu'],
  'hookgate.io/memory-request': ['requests', 'memory'],
  'hookgate.io/memory-limit': ['limits', 'memory'],
} as const satisfies Readonly<Record<string, readonly ['requests' | 'limits', 'cpu' | 'memory']>>;
/** Annotation → the volume of the sidecar whose ConfigMap or Secret it names. */
export const sourceAnnotations: Readonly<Record<string, string>> = {
  'hookgate.io/config': 'hookgate-config',
  'hookgate.io/allowlist': 'hookgate-allowlist',
  'hookgate.io/keys': 'hookgate-keys',
};

const ownAnnotations = [
  portAnnotation,
  movePortAnnotation,
  stopDelayAnnotation,
  upstreamAnnotation,
  ...Object.keys(resourceAnnotations),
];
/** By the injector itself; whatever stands there is replaced. */
const writtenAnnotations = [recordAnnotation, bypassAnnotation];

/** What the labels and annotations of a pod ask for. */
export interface OptIn {
  readonly kind: 'opted in';
  /** The port that the Service targets: its name, or its number where the application is to move. */
  readonly port: string | number;
  readonly move: { readonly variable: string; readonly to: number } | undefined;
  /** Undefined: the default of the settings. 0: no sleep. */
  readonly stopDelaySeconds: number | undefined;
  /** Where the application is called: at the pod's own addresses, or at 127.0.0.1. */
  readonly upstream: 'pod' | 'loopback';
  /** What the sidecar gets instead of the chart's resources. */
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  /** Volume → name of the ConfigMap or Secret in the pod's namespace. */
  readonly sources: Readonly<Record<string, string>>;
}

const longestStopDelaySeconds = 300;

/** Undefined where the pod does not ask for Hookgate. `known`: annotation → volume, of what a pod may name. */
export function readOptIn(
  pod: Pod,
  defaultPort: string,
  known: Readonly<Record<string, string>>,
): OptIn | Denial | undefined {
  const label = textAt(pod.metadata.labels, injectLabel);
  if (label === undefined || label === 'false') return undefined;
  if (label !== 'true') return deny('label_value', `its label ${injectLabel} is ${quote(label)}`);

  const annotation = (name: string): string | undefined => textAt(pod.metadata.annotations, name);
  const invalid = (name: string, expected: string): Denial =>
    deny(
      'annotation_invalid',
      `its annotation ${name} is ${quote(annotation(name) ?? '')}, expected ${expected}`,
    );

  const moveText = annotation(movePortAnnotation);
  const move = moveText === undefined ? undefined : readMove(moveText);
  if (moveText !== undefined && move === undefined)
    return invalid(movePortAnnotation, 'a variable and a port, such as PORT=18080');

  const portText = annotation(portAnnotation) ?? defaultPort;
  const number = /^\d{1,5}$/.test(portText) ? Number(portText) : undefined;
  if (number === undefined && !isPortName(portText))
    return invalid(portAnnotation, 'the name of a container port, such as http');
  if (number !== undefined && move === undefined)
    return deny(
      'port_unnamed',
      `its annotation ${portAnnotation} is the number ${number}, and only a name can be handed to the sidecar while the application keeps its number`,
    );

  const delayText = annotation(stopDelayAnnotation);
  const delay =
    delayText === undefined ? undefined : Number(/^\d{1,3}s?$/.exec(delayText)?.[0].replace('s', ''));
  if (delay !== undefined && !(delay <= longestStopDelaySeconds))
    return invalid(stopDelayAnnotation, `whole seconds from 0 (no sleep) to ${longestStopDelaySeconds}`);

  const upstream = annotation(upstreamAnnotation) ?? 'pod';
  if (upstream !== 'pod' && upstream !== 'loopback')
    return invalid(upstreamAnnotation, 'pod (its own address) or loopback');

  const resources: { requests: Record<string, string>; limits: Record<string, string> } = {
    requests: {},
    limits: {},
  };
  for (const [name, [part, resource]] of Object.entries(resourceAnnotations)) {
    const value = annotation(name);
    if (value === undefined) continue;
    if (!isQuantity(value))
      return invalid(name, `a quantity, such as ${resource === 'cpu' ? '50m' : '96Mi'}`);
    resources[part][resource] = value;
  }

  const read = [...ownAnnotations, ...Object.keys(known)];
  const stray = Object.keys(pod.metadata.annotations ?? {}).find(
    (name) => name.startsWith('hookgate.io/') && !read.includes(name) && !writtenAnnotations.includes(name),
  );
  if (stray !== undefined)
    return deny(
      'annotation_invalid',
      `its annotation ${stray} is none that is read, which are ${read.map((name) => name.replace('hookgate.io/', '')).join(', ')}`,
    );
  const sources: Record<string, string> = {};
  for (const [name, volume] of Object.entries(known)) {
    const value = annotation(name);
    if (value === undefined) continue;
    if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(value))
      return invalid(name, 'the name of an object in this namespace');
    sources[volume] = value;
  }
  return {
    kind: 'opted in',
    port: number ?? portText,
    move,
    stopDelaySeconds: delay,
    upstream,
    resources,
    sources,
  };
}

function readMove(text: string): { variable: string; to: number } | undefined {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=([1-9]\d{0,4})$/.exec(text);
  const to = Number(match?.[2]);
  return match?.[1] === undefined || to > 65_535 ? undefined : { variable: match[1], to };
}

/** IANA_SVC_NAME (RFC 6335), as the API server checks it. */
function isPortName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/.test(text) && /[a-z]/.test(text) && !text.includes('--');
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
