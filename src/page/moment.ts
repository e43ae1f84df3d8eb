/** A moment in the reader's own time zone, to the second; with its date there where that is not today's. */
export function timeOf(iso: string): string {
  const at = new Date(iso);
  const day = at.toDateString() === new Date().toDateString() ? '' : `${at.toLocaleDateString(yearFirst)} `;
  return `${day}${at.toLocaleTimeString('en-GB')}`;
}

/** Swedish writes dates as ISO 8601 does. */
const yearFirst = 'sv-SE';
