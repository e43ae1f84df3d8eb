import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import type { CallFrame } from './inspector.ts';

/** Where a call belongs. */
export interface Place {
  /** A room of the source, a library, a part of Node, or what V8 calls by a name in parentheses. */
  readonly room: string;
  /** The function, its file and line. */
  readonly name: string;
}

/** Reads the maps inside the bundle's files, which `bundle(…, 'inline')` wrote. */
export function createPlaces(): (frame: CallFrame) => Place {
  const maps = new Map<string, SourceMap>();
  const mapOf = (file: string): SourceMap => {
    let map = maps.get(file);
    if (map === undefined) {
      const [, encoded = ''] =
        /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(readFileSync(file, 'utf8')) ?? [];
      map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()));
      maps.set(file, map);
    }
    return map;
  };

  return ({ functionName, url, lineNumber, columnNumber }) => {
    const named = functionName || '(anonymous)';
    if (url === '') return { room: named.startsWith('(') ? named : 'natives of Node and V8', name: named };
    if (url.startsWith('wasm:')) return { room: 'library: undici', name: `${named}, WebAssembly` };
    if (url.startsWith('node:')) {
      const [part] = url.replace(/^node:(?:internal\/)?/, '').split('/');
      return { room: `node: ${part}`, name: `${named} ${url}:${lineNumber + 1}` };
    }
    if (!url.startsWith('/') && !url.startsWith('file:')) return { room: 'other scripts', name: named };
    const entry = mapOf(url.replace('file://', '')).findEntry(lineNumber, columnNumber);
    if (!('originalSource' in entry)) return { room: 'the bundle itself', name: named };
    const { originalSource: source, originalLine } = entry;
    const [, file = source] =
      /(?:node_modules\/|(?=src\/))(.*)$/.exec(source.replace(/^.*node_modules\//, 'node_modules/')) ?? [];
    const name = `${named} ${file}:${originalLine + 1}`;
    if (file.startsWith('src/')) return { room: file.split('/').slice(0, 2).join('/'), name };
    const [, library = file] = /^((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
    return { room: `library: ${library}`, name };
  };
}
