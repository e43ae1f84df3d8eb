/** The lines that put a sender's address on the allowlist: in its file, and in the chart's values. */
export function allowlistLines(address: string, route: string): { yaml: string; values: string } {
  const note = `seen with a valid signature on route ${route}`;
  const entry = `- { address: "${address}", note: "${note}" }`;
  return { yaml: entry, values: `allowlist: { addresses: [{ address: "${address}", note: "${note}" }] }` };
}

/** Each route with the senders that its list lacks: whoever signs for one route is not to be let in on another. */
export function sendersByRoute<Sender extends { readonly route: string }>(
  senders: readonly Sender[],
): readonly (readonly [route: string, senders: readonly Sender[]])[] {
  return [...Map.groupBy(senders, ({ route }) => route)];
}
