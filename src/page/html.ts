/** Templates that make elements; a text in them can never become markup. */
export { html } from 'htm/preact';
