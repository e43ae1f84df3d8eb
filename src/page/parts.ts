import { html } from './html.ts';

/** A table that is wider than a small screen scrolls by itself, also by keys. */
export function Scrolled({ label, children }: { label: string; children?: unknown }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>${children}</div>`;
}
