/** RFC 6902, written from its text and without a look at the code under test: every operation, strict. */
export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

type Json = unknown;

/** Returns the patched document; throws where an operation does not apply, as the API server does. */
export function applyJsonPatch(document: Json, patch: readonly PatchOperation[]): Json {
  return patch.reduce(applyOne, structuredClone(document));
}

function applyOne(document: Json, { op, path, from, value }: PatchOperation): Json {
  switch (op) {
    case 'add':
      return put(document, tokens(path), structuredClone(value), 'add');
    case 'replace':
      read(document, tokens(path));
      return put(document, tokens(path), structuredClone(value), 'replace');
    case 'remove':
      return remove(document, tokens(path));
    case 'move': {
      const moved = read(document, tokens(from ?? ''));
      return put(remove(document, tokens(from ?? '')), tokens(path), moved, 'add');
    }
    case 'copy':
      return put(document, tokens(path), structuredClone(read(document, tokens(from ?? ''))), 'add');
    case 'test':
      if (JSON.stringify(read(document, tokens(path))) !== JSON.stringify(value))
        throw new Error(`test failed at ${path}`);
      return document;
    default:
      throw new Error(`unknown operation ${op}`);
  }
}

function tokens(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new Error(`${pointer} is no JSON pointer`);
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: Json, path: readonly string[]): Json {
  return path.reduce<Json>((at, token) => {
    if (Array.isArray(at)) {
      const index = indexOf(token, at.length - 1);
      return at[index] as Json;
    }
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, token))
      throw new Error(`nothing at ${path.join('/')}`);
    return (at as Record<string, Json>)[token];
  }, document);
}

function put(document: Json, path: readonly string[], value: Json, how: 'add' | 'replace'): Json {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) {
    if (how === 'replace') parent[indexOf(last, parent.length - 1)] = value;
    else parent.splice(last === '-' ? parent.length : indexOf(last, parent.length), 0, value);
    return document;
  }
  if (typeof parent !== 'object' || parent === null) throw new Error(`no parent at ${path.join('/')}`);
  // An ordinary assignment to __proto__ would set something else.
  Object.defineProperty(parent, last, { value, writable: true, enumerable: true, configurable: true });
  return document;
}

function remove(document: Json, path: readonly string[]): Json {
  read(document, path);
  const parent = read(document, path.slice(0, -1));
  const last = path.at(-1) as string;
  if (Array.isArray(parent)) parent.splice(indexOf(last, parent.length - 1), 1);
  else delete (parent as Record<string, Json>)[last];
  return document;
}

function indexOf(token: string, most: number): number {
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > most)
    throw new Error(`${token} is no index up to ${most}`);
  return Number(token);
}
