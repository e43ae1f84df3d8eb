import type { Overview } from '../overview/overview.ts';
import { Copied } from './copied.ts';
import { html } from './html.ts';
import { timeOf } from './moment.ts';

/** Refused events that would have matched, each with the line that would take them. */
export function NearMissList({ nearMisses }: { nearMisses: Overview['nearMisses'] }) {
  if (nearMisses.length === 0) return null;
  return html`
    <h2>Refused events that would have matched</h2>
    <p>
      Of the events that listed senders sent and whose signature did not hold, one a second at most is looked at. These would
      have matched under a key of their route if one thing were another.
    </p>
    <ul>${nearMisses.map(
      ({ route, match, remedy, line, found, first, last, requestId }, index) => html`
      <li key=${`${route} ${match}`}>
        <b>${route}</b>: ${match} ${found === 1 ? `Found once, at ${timeOf(last)}` : `Found ${found} times, from ${timeOf(first)} to ${timeOf(last)}`}, request <code>${requestId}</code>.
        ${line === null ? html` ${remedy}` : html` ${remedy.replace(line, '')}<${Copied} text=${line} name=${`line ${index + 1} for hookgate.yaml`} />`}
      </li>`,
    )}</ul>`;
}
