import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../values/is-map.ts';
import { sameQuantity } from './quantity.ts';

/**
 * Whether an object that went through the API server says the same as the one that was sent: the server fills in
 * defaults, drops what is empty, and writes quantities in its own way. Only the defaults below may be added; any
 * other difference counts, since somebody else made it.
 */
export function sameAsDefaulted(served: unknown, sent: unknown): boolean {
  return same(served, sent, []);
}

/** Path patterns (`*` is one step) and what the server fills in there; Kubernetes' defaulting of pods, v1. */
const defaults: readonly (readonly [path: RegExp, value: unknown])[] = [
  [/^(terminationMessagePath)$/, '/dev/termination-log'],
  [/^(terminationMessagePolicy)$/, 'File'],
  [/^(imagePullPolicy)$/, 'IfNotPresent'],
  [/^resources$/, {}],
  [/^ports\.\d+\.protocol$/, 'TCP'],
  [/Probe\.timeoutSeconds$/, 1],
  [/Probe\.periodSeconds$/, 10],
  [/Probe\.successThreshold$/, 1],
  [/Probe\.failureThreshold$/, 3],
  [/\.httpGet\.scheme$/, 'HTTP'],
  [/\.httpGet\.path$/, '/'],
  [/^env\.\d+\.valueFrom\.fieldRef\.apiVersion$/, 'v1'],
  [/^(secret|configMap|projected)\.defaultMode$/, 420],
];

function same(served: unknown, sent: unknown, path: readonly (string | number)[]): boolean {
  if (isMap(served) && isMap(sent)) {
    const keys = new Set([...Object.keys(served), ...Object.keys(sent)]);
    return [...keys].every((key) => {
      const at = [...path, key];
      if (!Object.hasOwn(served, key)) return isDroppedWhenEmpty(sent[key]);
      if (!Object.hasOwn(sent, key))
        return isDefault(at.join('.'), served[key]) || isDroppedWhenEmpty(served[key]);
      return same(served[key], sent[key], at);
    });
  }
  if (Array.isArray(served) && Array.isArray(sent))
    return (
      served.length === sent.length &&
      served.every((item, index) => same(item, sent[index], [...path, index]))
    );
  if (path[0] === 'resources' || path.includes('sizeLimit')) return sameQuantity(served, sent);
  return isDeepStrictEqual(served, sent);
}

function isDefault(path: string, value: unknown): boolean {
  return defaults.some(([pattern, fallback]) => pattern.test(path) && isDeepStrictEqual(value, fallback));
}

function isDroppedWhenEmpty(value: unknown): boolean {
  return value === '' || value === false || value === null || (Array.isArray(value) && value.length === 0);
}
