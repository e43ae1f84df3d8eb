import { sendersByRoute } from '../overview/allowlist-suggestion.ts';
import type { Overview } from '../overview/overview.ts';
import { Copied } from './copied.ts';
import { html } from './html.ts';
import { timeOf } from './moment.ts';
import { Scrolled } from './parts.ts';

/** Addresses that are on no list and whose events verify: the way to an allowlist for somebody who does not know them. */
export function Senders({ senders, leftOut }: { senders: Overview['senders']; leftOut: number }) {
  if (senders.length === 0) return null;
  return html`
    <h2>Senders that are not listed, and whose events verify</h2>
    <p>
      A valid signature proves that somebody knows the key, and not who it is. Compare each address with the provider's own
      page before you list it.
    </p>
    <${Scrolled} label="Senders that are not listed">
      <table>
        <thead><tr><th scope="col">route</th><th scope="col">address</th><th scope="col">events</th><th scope="col">first</th><th scope="col">last</th></tr></thead>
        <tbody>${senders.map(
          ({ route, address, events, first, last }) =>
            html`<tr key=${`${route} ${address}`}><td>${route}</td><td><code>${address}</code></td><td>${events}</td><td>${timeOf(first)}</td><td>${timeOf(last)}</td></tr>`,
        )}</tbody>
      </table>
    <//>
    ${leftOut === 0 ? null : html`<p class="quiet">${leftOut} events came from further addresses, for which this list has no place.</p>`}
    ${sendersByRoute(senders).map(
      ([route, ofRoute]) => html`
    <p key=${`${route} file`}>For the allowlist's file of route <b>${route}</b>, under <code>addresses:</code></p>
    <${Copied} key=${`${route} lines`} text=${ofRoute.map(({ yaml }) => yaml).join('\n')} name=${`the lines of route ${route} for the file`} />
    <p key=${`${route} values`}>For the chart's values, or for those of the route where it has a list of its own</p>
    <${Copied} key=${`${route} chart`} text=${valuesOf(ofRoute)} name=${`the lines of route ${route} for the values`} />`,
    )}`;
}

function valuesOf(senders: Overview['senders']): string {
  return `allowlist:\n  addresses:\n${senders.map(({ yaml }) => `    ${yaml}`).join('\n')}`;
}
