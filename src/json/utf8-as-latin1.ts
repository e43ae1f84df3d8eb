/** UTF-8 with one character for each byte. */
export function utf8AsLatin1(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
}
