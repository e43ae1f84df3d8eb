/** The document carries what the command printed: each part has a block between two comments that the command fills. */

export function beginOf(block: string): string {
  return `<!-- begin ${block}: written by npm run bench -->`;
}

export function endOf(block: string): string {
  return `<!-- end ${block} -->`;
}

/** The document with this block's content in place of the old. Throws where it has no such block. */
export function withBlock(document: string, block: string, content: string): string {
  const begin = document.indexOf(beginOf(block));
  const end = document.indexOf(endOf(block), begin);
  if (begin < 0 || end < 0) throw new Error(`the document has no block "${block}"`);
  return `${document.slice(0, begin + beginOf(block).length)}\n\n${content.trim()}\n\n${document.slice(end)}`;
}
