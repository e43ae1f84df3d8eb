/**
 * Older ones drop header lines beyond their limit in silence, so that a late X-Forwarded-For would vanish. Held equal to
 * package.json by a test.
 */
const oldest = [24, 21, 0] as const;

/** Why this version of Node cannot run the gate, as a sentence; undefined where it can. */
export function nodeProblem(version: string): string | undefined {
  const parts = version.split('.').map(Number);
  const differing = oldest.findIndex((part, index) => parts[index] !== part);
  if (differing === -1 || (parts[differing] ?? 0) > (oldest[differing] ?? 0)) return undefined;
  return `found Node ${version}; expected ${oldest.join('.')} or newer, which npm ci brings along (npm run hookgate uses it)`;
}
