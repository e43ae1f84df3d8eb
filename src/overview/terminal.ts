import { sendersByRoute } from './allowlist-suggestion.ts';
import type { NearMissOverview } from './near-miss-overview.ts';
import type { Overview, RouteOverview } from './overview.ts';
import { counted, durationInWords } from './words.ts';

/** The headline and the tables of `hookgate status`; plain text, a newline at the end of each line but the last. */
export function statusText(overview: Overview): string {
  const { headline, instance, routes, senders, reloads, nearMisses } = overview;
  const failure = reloads.lastFailure;
  return [
    headline.sentence,
    '',
    `${instance.host}, Hookgate ${instance.version}, since ${instance.startedAt}; as of ${overview.generatedAt}`,
    '',
    table(
      ['route', 'delivered', 'repeats', 'refused', 'failed', 'waiting', 'signature', 'allowlist', 'gate p95'],
      routes.map(routeRow),
    ),
    ...watchingLines(routes),
    ...(senders.length === 0
      ? []
      : [
          '',
          `${counted(senders.length, 'address', 'addresses')} on no allowlist, with events that verify: hookgate allowlist suggest`,
        ]),
    ...(nearMisses.length === 0
      ? []
      : ['', 'Refused events that would have matched:', ...nearMisses.flatMap(nearMissLines)]),
    ...(failure === undefined
      ? []
      : [
          '',
          `A change at ${failure.time} is not in force:`,
          ...failure.problems.map((problem) => `  ${problem}`),
        ]),
    '',
    'Latest refusals and failures:',
    latestTrouble(overview),
  ].join('\n');
}

/** `hookgate keys`: each key with its last match and whether it may go. */
export function keysText({ routes }: Overview): string {
  const rows = routes.flatMap(({ name, keys }) =>
    keys.map((key) => [name, key.name, String(key.events), key.lastMatch ?? 'none yet', key.verdict.reason]),
  );
  return rows.length === 0
    ? 'No key is in force.'
    : table(['route', 'key', 'events', 'last match', 'may it go?'], rows);
}

/** `hookgate allowlist suggest`: the lines for the allowlist's file, with what has to be known before they are copied. */
export function suggestionText({ senders, sendersLeftOut, routes }: Overview): string {
  if (senders.length === 0) {
    const watches = routes.some(({ allowlist }) => allowlist.mode === 'observe');
    return watches
      ? '# No event has verified from an address that is not listed.'
      : '# No allowlist only watches (allowlist.mode: observe), so unlisted senders are not read.';
  }
  return [
    '# Addresses that are on no allowlist and whose events are signed under a key of yours. A valid signature proves',
    "# that somebody knows the key, and not who it is: compare each with the provider's own page.",
    ...(sendersLeftOut === 0
      ? []
      : [`# ${counted(sendersLeftOut, 'further event')} came from addresses for which there was no place.`]),
    ...sendersByRoute(senders).flatMap(([route, ofRoute]) => [
      `# For the allowlist of route ${route}:`,
      'addresses:',
      ...ofRoute.map(
        ({ yaml, events, first, last }) => `  ${yaml} # ${counted(events, 'event')}, ${first} to ${last}`,
      ),
    ]),
  ].join('\n');
}

function routeRow(route: RouteOverview): string[] {
  const { lastHour, undelivered, checksum, allowlist, gateMs } = route;
  const waiting =
    undelivered.count === 0
      ? 'nothing'
      : `${undelivered.count}, ${durationInWords(undelivered.oldestSeconds * 1000)}`;
  return [
    route.name,
    String(lastHour.forwarded),
    String(lastHour.duplicate),
    String(lastHour.rejected),
    String(lastHour.upstream_refused + lastHour.upstream_failed),
    waiting,
    checksum.mode === 'enforce' ? 'enforced' : 'ONLY WATCHED',
    allowlist.mode === 'enforce'
      ? `enforced, ${allowlist.entries}`
      : `${allowlist.mode.toUpperCase()}, ${allowlist.entries}`,
    gateMs === undefined ? '' : `${gateMs.p95} ms`,
  ];
}

function nearMissLines({ route, match, remedy, found, last, requestId }: NearMissOverview): string[] {
  return [
    `  ${route}: ${match} Found ${found === 1 ? 'once' : `${found} times`}, last at ${last} (${requestId}).`,
    `    ${remedy}`,
  ];
}

function watchingLines(routes: readonly RouteOverview[]): string[] {
  const lines = routes.flatMap(({ name, watching }) =>
    watching.map(({ check, verdict }) => `${name}: ${check}.mode is observe; ${verdict.reason}`),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

function latestTrouble({ deliveries, remedies }: Overview): string {
  const trouble = deliveries
    .filter(({ outcome }) => !['forwarded', 'duplicate', 'filtered'].includes(outcome))
    .slice(0, 10);
  if (trouble.length === 0) return '  none';
  const reasons = [...new Set(trouble.flatMap(({ reason }) => reason ?? []))];
  return [
    table(
      ['time', 'route', 'outcome', 'reason', 'address', 'event', 'request'],
      trouble.map(({ time, route, outcome, reason, address, event, requestId }) => [
        time,
        route,
        outcome,
        reason ?? '',
        address ?? '',
        event ?? '',
        requestId,
      ]),
    ),
    ...reasons.flatMap((reason) => {
      const remedy = remedies[reason];
      return remedy === undefined ? [] : [`${reason}: ${remedy.cause}. Remedy: ${remedy.remedy}.`];
    }),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
