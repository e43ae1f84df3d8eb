import type { Outcome } from '../delivery/answer.ts';
import { counted, durationInWords } from './words.ts';

export interface Headline {
  /** bad: somebody has to act now. warning: somebody has to look. */
  readonly level: 'good' | 'warning' | 'bad';
  /** A few sentences; the most urgent one first. */
  readonly sentence: string;
}

interface RouteState {
  readonly name: string;
  readonly sender: string;
  readonly triesAgainForSeconds: number;
  readonly lastHour: Readonly<Record<Outcome, number>>;
  readonly undelivered: { readonly count: number; readonly oldestSeconds: number };
  readonly allowlist: { readonly mode: string; readonly entries: number };
  readonly checksum: { readonly mode: string };
}

interface State {
  readonly routes: readonly RouteState[];
  readonly ready: boolean;
  readonly failing: readonly string[];
  readonly reloads: { readonly lastFailure: object | undefined };
  readonly instance: { readonly draining: boolean };
  readonly nearMisses: readonly { readonly route: string }[];
  /** Deliveries of the last hour that a check behind the address refused; newest first. */
  readonly refusedLately: readonly { readonly route: string; readonly reason: string }[];
}

/** What somebody who has never seen Hookgate has to know first, in words. */
export function headline(state: State): Headline {
  const urgent = [...whatWaits(state.routes), ...whatFails(state), ...whoIsShutOut(state)];
  const watching = [
    ...whatListedSendersSent(state),
    ...whatNearlyMatched(state),
    ...whatWatches(state.routes),
  ];
  const reload =
    state.reloads.lastFailure === undefined ? [] : ['The last change of the configuration is not in force.'];
  const level = urgent.length > 0 ? 'bad' : watching.length + reload.length > 0 ? 'warning' : 'good';
  return {
    level,
    sentence: [...urgent, guarding(state.routes), lastHour(state.routes), ...reload, ...watching].join(' '),
  };
}

function whatWaits(routes: readonly RouteState[]): string[] {
  return routes
    .filter(({ undelivered }) => undelivered.count > 0)
    .map(({ name, sender, undelivered: { count, oldestSeconds }, triesAgainForSeconds }) => {
      const where = routes.length > 1 ? ` on route ${name}` : '';
      const waits = `The application has not accepted ${counted(count, 'event')}${where} for ${durationInWords(oldestSeconds * 1000)}`;
      if (triesAgainForSeconds === 0) return `${waits}; ${sender} does not try again by itself.`;
      const leftMs = (triesAgainForSeconds - oldestSeconds) * 1000;
      return leftMs > 0
        ? `${waits}; ${sender} gives up in ${durationInWords(leftMs)}.`
        : `${waits}; ${sender} has given up.`;
    });
}

function whatFails({ ready, failing, instance }: State): string[] {
  if (instance.draining) return ['This gate is shutting down.'];
  return ready ? [] : [`Not ready: ${failing.join('; ').replace(/\.$/, '')}.`];
}

/** Where each route refuses everybody, the gate is not ready, and says so above. */
function whoIsShutOut({ ready, routes }: State): string[] {
  const empty = routes.filter(({ allowlist }) => allowlist.mode === 'enforce' && allowlist.entries === 0);
  return ready
    ? empty.map(({ name }) => `The allowlist of ${name} is empty: each of its events is refused.`)
    : [];
}

function guarding(routes: readonly RouteState[]): string {
  return `Guarding ${counted(routes.length, 'route')}.`;
}

function lastHour(routes: readonly RouteState[]): string {
  const sum = (...wanted: Outcome[]): number =>
    routes.reduce(
      (total, { lastHour }) => total + wanted.reduce((part, outcome) => part + lastHour[outcome], 0),
      0,
    );
  const delivered = sum('forwarded');
  const failed = sum('upstream_refused', 'upstream_failed');
  const refused = sum('rejected');
  const attempts = delivered + failed;
  const events =
    attempts === 0
      ? 'No event in the last hour'
      : failed === 0
        ? `${counted(attempts, 'event')} in the last hour, all delivered`
        : `${counted(attempts, 'attempt')} in the last hour, ${failed} of them not accepted by the application`;
  return refused === 0 ? `${events}.` : `${events}; ${counted(refused, 'delivery', 'deliveries')} refused.`;
}

/** Behind an allowlist that enforces, these are no strangers: a key or a format is not what the sender uses. */
function whatListedSendersSent({ routes, refusedLately }: State): string[] {
  return routes.flatMap(({ name, allowlist }) => {
    const reasons = refusedLately.filter(({ route }) => route === name).map(({ reason }) => reason);
    if (allowlist.mode !== 'enforce' || reasons.length === 0) return [];
    const refused = counted(reasons.length, 'delivery', 'deliveries');
    return [`${refused} of listed senders refused on ${name}: ${[...new Set(reasons)].join(', ')}.`];
  });
}

function whatNearlyMatched({ nearMisses }: State): string[] {
  const routes = [...new Set(nearMisses.map(({ route }) => route))];
  return routes.length === 0
    ? []
    : [
        `Refused events of listed senders would have matched on ${routes.join(', ')}, if one setting or key were another.`,
      ];
}

function whatWatches(routes: readonly RouteState[]): string[] {
  const forged = routes.filter(({ checksum }) => checksum.mode !== 'enforce').map(({ name }) => name);
  const anyone = routes.filter(({ allowlist }) => allowlist.mode !== 'enforce').map(({ name }) => name);
  return [
    ...(forged.length === 0
      ? []
      : [`Forged events reach the application on ${forged.join(', ')}: the signature is only watched.`]),
    ...(anyone.length === 0
      ? []
      : [`Every address is let in on ${anyone.join(', ')}: the allowlist is not enforced.`]),
  ];
}
