/**
 * The room `page` is what a browser shows at the admin port: it draws what `GET /overview` says and nothing else. All
 * texts go into the document as text, never as markup.
 */
import { render } from 'preact';
import type { Overview } from '../overview/overview.ts';
import { html } from './html.ts';
import { Page } from './view.ts';

/** Milliseconds between two looks. */
const everyMs = 5000;

async function look(root: Element): Promise<void> {
  try {
    const response = await fetch('overview', { cache: 'no-store' });
    if (!response.ok) throw new Error(`the gate answers ${response.status}`);
    const overview = (await response.json()) as Overview;
    render(html`<${Page} overview=${overview} lost=${undefined} />`, root);
    last = overview;
  } catch (error) {
    const lost = error instanceof Error ? error.message : String(error);
    render(html`<${Page} overview=${last} lost=${lost} />`, root);
  }
  // One look after the other: a gate that answers slowly is not asked twice at once.
  setTimeout(() => void look(root), everyMs);
}

let last: Overview | undefined;
const place = document.querySelector('main');
if (place !== null) void look(place);
