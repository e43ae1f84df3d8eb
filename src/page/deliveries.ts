import { useState } from 'preact/hooks';
import type { Overview } from '../overview/overview.ts';
import { html } from './html.ts';
import { timeOf } from './moment.ts';
import { Scrolled } from './parts.ts';

type DeliveryRow = Overview['deliveries'][number];

const outcomeWords: Readonly<Record<DeliveryRow['outcome'], readonly [string, string]>> = {
  forwarded: ['delivered', 'good-text'],
  duplicate: ['repeat, kept back', ''],
  filtered: ['filtered out', ''],
  rejected: ['refused', 'warning-text'],
  upstream_refused: ['not accepted by the application', 'bad-text'],
  upstream_failed: ['application failed', 'bad-text'],
};

/** As many as are read at a glance; the others are a button away. */
const firstRows = 25;

/** The latest deliveries with filters; each opens to what is known of it and to the remedy of its reason. */
export function Deliveries({
  deliveries,
  remedies,
}: {
  deliveries: readonly DeliveryRow[];
  remedies: Overview['remedies'];
}) {
  const [route, setRoute] = useState('');
  const [outcome, setOutcome] = useState('');
  const [words, setWords] = useState('');
  const [all, setAll] = useState(false);
  const routes = [...new Set(deliveries.map((delivery) => delivery.route))].sort();
  const outcomes = [...new Set(deliveries.map((delivery) => delivery.outcome))].sort();
  const found = deliveries.filter(
    (delivery) =>
      (route === '' || delivery.route === route) &&
      (outcome === '' || delivery.outcome === outcome) &&
      (words === '' || textOf(delivery).includes(words.toLowerCase())),
  );
  const shown = all ? found : found.slice(0, firstRows);
  const choose = (set: (value: string) => void) => (event: Event) =>
    set((event.target as HTMLInputElement).value);
  return html`
    <div class="filters">
      <label>route <select value=${route} onChange=${choose(setRoute)}><option value="">all</option>${routes.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</select></label>
      <label>outcome <select value=${outcome} onChange=${choose(setOutcome)}><option value="">all</option>${outcomes.map((name) => html`<option key=${name} value=${name}>${outcomeWords[name][0]}</option>`)}</select></label>
      <label>with <input type="search" value=${words} onInput=${choose(setWords)} placeholder="event, address, reason, id" /></label>
    </div>
    <p class="quiet" role="status">${found.length} of the latest ${deliveries.length}.</p>
    ${
      shown.length === 0
        ? null
        : html`
    <${Scrolled} label="Latest deliveries">
      <table>
        <thead><tr><th scope="col">time</th><th scope="col">route</th><th scope="col">outcome</th><th scope="col">event</th><th scope="col">address</th><th scope="col">took</th><th scope="col">more</th></tr></thead>
        <tbody>${shown.map((delivery) => html`<${Row} key=${`${delivery.requestId} ${delivery.time}`} delivery=${delivery} remedy=${remedies[delivery.reason ?? '']} />`)}</tbody>
      </table>
    <//>`
    }
    ${shown.length === found.length ? null : html`<p><button type="button" onClick=${() => setAll(true)}>Show all ${found.length}</button></p>`}`;
}

function Row({
  delivery,
  remedy,
}: {
  delivery: DeliveryRow;
  remedy: Overview['remedies'][string] | undefined;
}) {
  const [name, tone] = outcomeWords[delivery.outcome];
  return html`
    <tr>
      <td>${timeOf(delivery.time)}</td><td>${delivery.route}</td>
      <td class=${tone}>${name}${delivery.reason === undefined ? '' : html`<br /><code>${delivery.reason}</code>`}${delivery.wouldReject.length === 0 ? '' : html`<br /><span class="warning-text">only watched: ${delivery.wouldReject.join(', ')}</span>`}</td>
      <td class="wide"><bdi>${delivery.event ?? ''}</bdi></td><td><bdi>${delivery.address ?? ''}</bdi></td><td>${delivery.durationMs} ms</td>
      <td class="wide"><details>
        <summary>details</summary>
        ${delivery.detail === undefined ? null : html`<p><bdi>${delivery.detail}</bdi></p>`}
        ${remedy === undefined ? null : html`<p><b>Usual cause:</b> ${remedy.cause}.<br /><b>What to do:</b> ${remedy.remedy}.</p>`}
        <p class="quiet">request <code>${delivery.requestId}</code>${known('key', delivery.key)}${known('written as', delivery.encoding)}${known('application answered', delivery.upstreamStatus)}${known('gate', delivery.gateMs, ' ms')}${known('application', delivery.upstreamMs, ' ms')}</p>
      </details></td>
    </tr>`;
}

function known(name: string, value: string | number | undefined, unit = '') {
  return value === undefined ? '' : html`; ${name} <bdi>${value}${unit}</bdi>`;
}

function textOf({ event, address, reason, requestId, key, detail }: DeliveryRow): string {
  return [event, address, reason, requestId, key, detail].join(' ').toLowerCase();
}
