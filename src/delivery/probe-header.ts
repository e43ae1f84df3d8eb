/** Asks whether a gate stands at an address: docs/injector.md, "Services that lead past the gate". */
export const probeHeader = 'Hookgate-Probe';

/** What a probe may ask to be given back: nothing that could be more than a random word. */
export const probeValue = /^[A-Za-z0-9_-]{16,64}$/;
