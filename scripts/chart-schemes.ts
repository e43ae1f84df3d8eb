/**
 * Writes what the chart has to know of the senders, charts/hookgate/files/schemes.yaml, from their profiles. `--check`
 * only looks.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { defaultProfile, profiles } from '../src/schemes/profiles.ts';

const file = new URL('../charts/hookgate/files/schemes.yaml', import.meta.url).pathname;

/** The file's text: of each profile what the rules between a scheme and its route's other values need. */
export function chartSchemes(): string {
  const known = Object.fromEntries(
    profiles.map(({ name, signature, algorithm, message, event, id, timestamp, triesAgainFor }) => [
      name,
      {
        signature,
        algorithm,
        message,
        event,
        id,
        timeFrom: timestamp.from,
        tolerance: `${timestamp.tolerance}ms`,
        triesAgainFor,
      },
    ]),
  );
  return `# Of the senders' profiles, what the chart judges values by. Written by: node scripts/chart-schemes.ts\n${stringify(
    { default: defaultProfile.name, profiles: known },
    { lineWidth: 0 },
  )}`;
}

if (import.meta.filename === process.argv[1]) {
  if (!process.argv.includes('--check')) writeFileSync(file, chartSchemes());
  else if (readFileSync(file, 'utf8') !== chartSchemes()) process.exitCode = 1;
}
