/**
 * Text of a string that the scanner has accepted; `start` and `end` are the positions inside its quotes. JSON.parse
 * sees nothing but this one string, so nothing is lost: lone surrogates were refused before.
 */
export function stringText(body: Buffer, start: number, end: number, hasEscape: boolean): string {
  return hasEscape
    ? (JSON.parse(body.toString('utf8', start - 1, end + 1)) as string)
    : body.toString('utf8', start, end);
}

/** A member's name, unescaped, behind a quote: equal for equal names, and never hashed as an integer. */
export function memberName(body: Buffer, start: number, end: number, hasEscape: boolean): string {
  return hasEscape ? `"${stringText(body, start, end, true)}` : body.toString('utf8', start - 1, end);
}
