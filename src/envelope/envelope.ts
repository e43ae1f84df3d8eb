/**
 * The room `envelope` is the default scheme's own, as its sender's pages describe it: one event with its data and a
 * checksum in the body. The mechanism is that of every scheme, in `src/schemes`.
 */
export { Envelope } from '../schemes/envelope.ts';
