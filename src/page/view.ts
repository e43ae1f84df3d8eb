import type { Overview } from '../overview/overview.ts';
import { Deliveries } from './deliveries.ts';
import { html } from './html.ts';
import { timeOf } from './moment.ts';
import { NearMissList } from './near-miss-list.ts';
import { Scrolled } from './parts.ts';
import { RouteCard } from './route-card.ts';
import { Senders } from './senders.ts';

/** The whole page. `lost` says why the gate could not be asked just now; what was last known stays to be read. */
export function Page({ overview, lost }: { overview: Overview | undefined; lost: string | undefined }) {
  if (overview === undefined)
    return html`<h1>Hookgate</h1><p class="headline" role="status">${lost === undefined ? 'Asking the gate…' : `The gate cannot be asked: ${lost}.`}</p>`;
  const { headline, instance, routes, senders, deliveries, reloads, warnings } = overview;
  return html`
    <h1>Hookgate</h1>
    <p class=${`headline ${headline.level}`} role="status">${headline.sentence}</p>
    <p class="quiet">
      This page shows one gate, <b>${instance.host}</b>, since its start at ${timeOf(instance.startedAt)}; other replicas have pages of their own.
      ${lost === undefined ? ` As of ${timeOf(overview.generatedAt)}.` : html` <b class="bad-text">It could not be asked just now (${lost}); this is what it said at ${timeOf(overview.generatedAt)}.</b>`}
    </p>
    <h2>Routes</h2>
    <div class="routes">${routes.map((route) => html`<${RouteCard} key=${route.name} route=${route} />`)}</div>
    <${Watching} overview=${overview} />
    <${Senders} senders=${senders} leftOut=${overview.sendersLeftOut} />
    <${NearMissList} nearMisses=${overview.nearMisses} />
    <h2>Keys</h2>
    <${Keys} routes=${routes} />
    <h2>Latest deliveries</h2>
    <${Deliveries} deliveries=${deliveries} remedies=${overview.remedies} />
    <h2>Configuration</h2>
    <ul>
      <li>${reloads.lastSuccess === undefined ? 'It is not in force yet.' : `What is in force was read at ${timeOf(reloads.lastSuccess)}.`}</li>
      ${reloads.lastFailure === undefined ? null : html`<li class="bad-text">A change at ${timeOf(reloads.lastFailure.time)} is not in force:<pre>${reloads.lastFailure.problems.join('\n')}</pre></li>`}
      ${warnings.map((warning) => html`<li class="warning-text">${warning}</li>`)}
      <li>Memory of delivered events: ${overview.store.detail}</li>
    </ul>
    <footer>Hookgate ${instance.version}. This page only reads. The same as JSON: <a href="overview">overview</a>; in a terminal: <code>hookgate status</code>.</footer>`;
}

function Watching({ overview: { routes } }: { overview: Overview }) {
  const rows = routes.flatMap(({ name, watching }) => watching.map((watched) => ({ name, ...watched })));
  if (rows.length === 0) return null;
  return html`
    <h2>Checks that only watch</h2>
    <${Scrolled} label="Checks that only watch">
      <table>
        <thead><tr><th scope="col">route</th><th scope="col">check</th><th scope="col">since</th><th scope="col">would have refused</th><th scope="col">verdict</th></tr></thead>
        <tbody>${rows.map(
          ({ name, check, since, wouldHaveRefused, verdict }) =>
            html`<tr key=${`${name} ${check}`}><td>${name}</td><td>${check}.mode: observe</td><td>${timeOf(since)}</td><td>${wouldHaveRefused}</td><td class=${`wide ${verdict.ready ? 'good-text' : ''}`}>${verdict.reason}</td></tr>`,
        )}</tbody>
      </table>
    <//>`;
}

function Keys({ routes }: { routes: Overview['routes'] }) {
  const rows = routes.flatMap(({ name, keys }) => keys.map((key) => ({ route: name, ...key })));
  if (rows.length === 0) return html`<p class="quiet">No key is in force.</p>`;
  return html`
    <${Scrolled} label="Keys">
      <table>
        <thead><tr><th scope="col">route</th><th scope="col">key</th><th scope="col">events</th><th scope="col">last match</th><th scope="col">may it go?</th></tr></thead>
        <tbody>${rows.map(
          ({ route, name, events, lastMatch, verdict }) =>
            html`<tr key=${`${route} ${name}`}><td>${route}</td><td>${name}</td><td>${events}</td><td>${lastMatch === null ? 'none yet' : timeOf(lastMatch)}</td><td class=${`wide ${verdict.safeToRemove ? 'good-text' : ''}`}>${verdict.reason}</td></tr>`,
        )}</tbody>
      </table>
    <//>`;
}
