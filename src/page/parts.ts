import { html } from './html.ts';

/** A table that is wider than a small screen scrolls by itself, also by keys. */
export function Scrolled({ label, children }: { label: string; children?: unknown }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>${children}</div>`;
}

/** A moment in the reader's own time, to the second. */
export function timeOf(iso: string): string {
  const at = new Date(iso);
  const day = at.toDateString() === new Date().toDateString() ? '' : `${iso.slice(0, 10)} `;
  return `${day}${at.toLocaleTimeString('en-GB')}`;
}
