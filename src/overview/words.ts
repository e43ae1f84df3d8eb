/** `2 h`, `48 h`, `3 d`: in whole units, rounded down; days only from three on, since windows of senders are told in hours. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units = [
    ['d', 86_400, 3],
    ['h', 3600, 1],
    ['min', 60, 1],
  ] as const;
  const unit = units.find(([, size, least]) => seconds >= size * least);
  return unit === undefined ? `${seconds} s` : `${Math.floor(seconds / unit[1])} ${unit[0]}`;
}

/** `1 event`, `2 events`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
