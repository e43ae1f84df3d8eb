/**
 * The room `values` holds small facts that need no other room; every room may import it.
 *
 * Here: what an error says, as one line for people. Node puts the reasons of several addresses into an
 * `AggregateError` with an empty message, and undici's `fetch` its reason into `cause`; a message alone would then be
 * empty, or no more than "fetch failed". Never throws, and never gives an empty text.
 */
export function whatWentWrong(error: unknown): string {
  const said = sentences(error, new Set()).join(': ');
  return said.length > maxCharacters ? `${said.slice(0, maxCharacters)}...` : said;
}

const maxCharacters = 1000;
const maxDepth = 8;

/** Of an error and its causes, the outermost first; what an earlier one says already is left out. */
function sentences(error: unknown, seen: Set<unknown>): string[] {
  if (typeof error !== 'object' || error === null) return [wordOf(error)];
  if (seen.has(error) || seen.size > maxDepth) return [];
  seen.add(error);
  const { message, cause, errors } = error as { message?: unknown; cause?: unknown; errors?: unknown };
  const own = typeof message === 'string' ? oneLine(message) : '';
  const several = Array.isArray(errors)
    ? [...new Set(errors.map((one) => sentences(one, seen).join(': ')))].filter((text) => text !== '')
    : [];
  const parts = [
    ...(own === '' ? [] : [own + placeOf(error, own)]),
    ...(several.length === 0 ? [] : [several.join('; ')]),
    ...(cause === undefined || cause === null ? [] : sentences(cause, seen)),
  ];
  const told = parts.filter(
    (part, index) => !parts.slice(0, index).some((earlier) => earlier.includes(part)),
  );
  return told.length > 0 ? told : [nameOf(error) + placeOf(error, '')];
}

/** The address that a system error is about, where its message leaves it out, as those of a read or a write do. */
function placeOf(error: object, said: string): string {
  const { address, port } = error as { address?: unknown; port?: unknown };
  if (typeof address !== 'string' || address === '' || said.includes(address)) return '';
  return typeof port === 'number' ? ` (${address} port ${port})` : ` (${address})`;
}

/** What is left to say where there is no message: the code of a system error, or the name of the class. */
function nameOf(error: object): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const said = [code, name].find((word) => typeof word === 'string' && word !== '');
  return typeof said === 'string' ? oneLine(said) : 'no reason given';
}

function wordOf(thrown: unknown): string {
  const word = typeof thrown === 'symbol' ? (thrown.description ?? '') : String(thrown ?? '');
  return oneLine(word) === '' ? 'no reason given' : oneLine(word);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
