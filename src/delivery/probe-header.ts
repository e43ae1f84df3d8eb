/** Asks whether a gate stands at an address: docs/operators-guide.md, "Does every way lead through it?". */
export const probeHeader = 'Hookgate-Probe';

/** What a probe may ask to be given back: nothing that could be more than a random word. */
export const probeValue = /^[A-Za-z0-9_-]{16,64}$/;
