import { useState } from 'preact/hooks';
import { html } from './html.ts';

/** Lines to be copied, with a button that does it. */
export function Copied({ text, name }: { text: string; name: string }) {
  const [said, say] = useState('');
  const copy = (): void => {
    // Only where the page came over https or from localhost; elsewhere the text can be selected.
    const copying = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    copying.then(
      () => say('Copied.'),
      () => say('Select it and copy by hand.'),
    );
  };
  return html`<div class="copy"><pre>${text}</pre><button type="button" onClick=${copy} aria-label=${`Copy ${name}`}>Copy</button></div><span role="status" class="quiet">${said}</span>`;
}
