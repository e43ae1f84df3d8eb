import type { Overview } from '../overview/overview.ts';
import { durationInWords } from '../overview/words.ts';
import { html } from './html.ts';

type RouteRow = Overview['routes'][number];
type Drawn = keyof RouteRow['perMinute'];

/** What each outcome is called, from the bottom of a column to its top. */
const drawn: readonly (readonly [Drawn, string])[] = [
  ['forwarded', 'delivered'],
  ['duplicate', 'repeats'],
  ['filtered', 'filtered out'],
  ['rejected', 'refused'],
  ['upstream_refused', 'not accepted'],
  ['upstream_failed', 'application failed'],
];

/** One route: what came in the last hours, how long it took, who may send, and what waits. */
export function RouteCard({ route }: { route: RouteRow }) {
  const { undelivered, allowlist, checksum, gateMs, applicationMs, lastHour } = route;
  const waits = `${undelivered.count} not accepted, the oldest for ${durationInWords(undelivered.oldestSeconds * 1000)}`;
  return html`
    <section class="card">
      <h3>${route.name}</h3>
      <code>${route.path}</code>
      <${Columns} route=${route} />
      <div class="legend">${drawn
        .filter(([outcome]) => lastHour[outcome] > 0)
        .map(
          ([outcome, name]) =>
            html`<span key=${outcome}><i class=${outcome}></i>${lastHour[outcome]} ${name}</span>`,
        )}
        <span class="quiet">in the last hour</span>
      </div>
      <dl>
        <dt>waiting</dt><dd class=${undelivered.count > 0 ? 'bad-text' : ''}>${undelivered.count === 0 ? 'nothing' : waits}</dd>
        <dt>sender</dt><dd>${route.sender}, scheme ${route.scheme}; ${route.triesAgainForSeconds === 0 ? 'does not try again by itself' : `tries again for ${durationInWords(route.triesAgainForSeconds * 1000)}`}</dd>
        <dt>signature</dt><dd class=${checksum.mode === 'enforce' ? '' : 'bad-text'}>${checksum.mode === 'enforce' ? 'enforced' : 'only watched: forged events get through'}, ${route.keys.length} ${route.keys.length === 1 ? 'key' : 'keys'}</dd>
        <dt>allowlist</dt><dd class=${allowlist.mode === 'enforce' && allowlist.entries > 0 ? '' : 'warning-text'}>${allowlistWords(allowlist)}</dd>
        <dt>gate</dt><dd>${quantiles(gateMs)}</dd>
        <dt>application</dt><dd>${quantiles(applicationMs)}</dd>
      </dl>
    </section>`;
}

function allowlistWords({ mode, entries }: RouteRow['allowlist']): string {
  const many = `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
  if (mode === 'off') return 'off: every address is let in';
  if (mode === 'observe') return `only watched, ${many}`;
  return entries === 0 ? 'empty: every sender is refused' : `enforced, ${many}`;
}

function quantiles(found: RouteRow['gateMs']): string {
  return found === undefined
    ? 'no deliveries yet'
    : `half within ${found.p50} ms, 95 of 100 within ${found.p95} ms (last ${found.count})`;
}

/** Deliveries of each minute, drawn one upon the other; the words beside it say the same. */
function Columns({ route: { name, perMinute } }: { route: RouteRow }) {
  const minutes = perMinute.forwarded.length;
  const sums = Array.from({ length: minutes }, (_, minute) =>
    drawn.reduce((sum, [outcome]) => sum + (perMinute[outcome][minute] ?? 0), 0),
  );
  const most = Math.max(1, ...sums);
  const total = sums.reduce((sum, count) => sum + count, 0);
  const label = `${name}: ${total} deliveries in the last ${durationInWords(minutes * 60_000)}, at most ${total === 0 ? 0 : most} in a minute`;
  return html`
    <svg viewBox=${`0 0 ${Math.max(minutes, 1)} 60`} preserveAspectRatio="none" role="img" aria-label=${label}>
      <rect x="0" y="59" width=${minutes} height="1" class="duplicate" opacity="0.4" />
      ${sums.map((sum, minute) => (sum === 0 ? null : column(minute)))}
    </svg>
    <div class="quiet legend"><span>${durationInWords(minutes * 60_000)} ago</span><span>at most ${total === 0 ? 0 : most} a minute</span></div>`;

  function column(minute: number) {
    let top = 59;
    return drawn.map(([outcome]) => {
      const count = perMinute[outcome][minute] ?? 0;
      if (count === 0) return null;
      const height = (count / most) * 57;
      top -= height;
      return html`<rect key=${`${minute} ${outcome}`} class=${outcome} x=${minute} y=${top} width="0.9" height=${height} />`;
    });
  }
}
