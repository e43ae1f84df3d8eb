import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = new URL('../../src/', import.meta.url).pathname;

/**
 * What belongs to the whole process: V8's flags, the environment, prototypes, what Node offers for all modules, the
 * handlers of signals and faults. Two threads or two moments that see it differently have ended the gate.
 */
const processWide: Readonly<Record<string, RegExp>> = {
  'flags of V8': /setFlagsFromString|setHeapSnapshotNearHeapLimit|runIn(?:New|This)?Context|expose[-_]gc/,
  'the environment':
    /process\.env(?:\.\w+|\[[^\]]*\])\s*(?:\?\?|\|\|)?=(?!=)|delete process\.env|process\.env\s*=(?!=)|loadEnvFile|Object\.assign\(\s*process\.env/,
  'handlers of signals, faults and warnings':
    /process\.(?:on|once|off|(?:prepend|add|remove)\w*Listener\w*|removeAllListeners|setUncaughtExceptionCaptureCallback|setMaxListeners)\b/,
  'members of process':
    /process\.(?:chdir|umask|setuid|setgid|seteuid|setegid|setgroups|initgroups|abort|dlopen|setSourceMapsEnabled)\(|process\.(?:title|emitWarning|emit|exit|hrtime|stdout\.write|stderr\.write|(?:no|throw|trace)(?:Process)?Deprecation\w*|report\.\w+)\s*=(?!=)/,
  'how errors are written': /Error\.(?:stackTraceLimit|prepareStackTrace)\s*=(?!=)/,
  'prototypes and global objects':
    /\.prototype(?:\.\w+|\[[^\]]*\])\s*=(?!=)|(?:assign|defineProperty|defineProperties|setPrototypeOf)\(\s*(?:globalThis|global|process|util|http|https|net|tls|dns|fs|events|Reflect|[A-Z]\w*\.prototype|Object|Array|Function|Promise|Error|JSON|Math|Symbol|Buffer)\s*,|globalThis(?:\.\w+|\[[^\]]*\])\s*=(?!=)|__proto__\s*=(?!=)/,
  'defaults of Node and of libraries':
    /setGlobalDispatcher|setGlobalOrigin|setDefault(?:AutoSelectFamily\w*|ResultOrder|HighWaterMark|CACertificates|CipherList)|setServers\(|globalAgent(?:\.\w+)?\s*=(?!=)|defaultMaxListeners\s*=(?!=)|captureRejections\s*=(?!=)|DEFAULT_\w+\s*=(?!=)|setEngine\(|setFips\(|secureHeap|syncBuiltinESMExports|registerHooks\(|Module\._\w+\s*=(?!=)|inspector'|setMaxIdleHTTPParsers|createHook\(|usage\.enable/,
};

/** Who may: one file, once. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  // Before anything else runs, for as long as the process does.
  'cli/signals.ts': ['handlers of signals, faults and warnings'],
};

function changesIn(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
  return Object.entries(processWide).flatMap(([what, pattern]) => (pattern.test(code) ? [what] : []));
}

test('no source changes what the whole process shares', () => {
  const wrong: string[] = [];
  for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    for (const what of changesIn(readFileSync(join(src, file), 'utf8'))) {
      if (!allowed[file]?.includes(what)) wrong.push(`${file}: ${what}`);
    }
  }
  expect(wrong).toEqual([]);
});

test.for([
  "setFlagsFromString('--expose-gc');",
  "const collect = runInNewContext('gc');",
  "process.env.UV_THREADPOOL_SIZE = '1';",
  "process.env['TZ'] ??= 'UTC';",
  "process.once('SIGTERM', stop);",
  "process.removeListener('SIGTERM', stop);",
  'process.emitWarning = () => {};',
  'process.umask(0o77);',
  'Error.stackTraceLimit = 0;',
  'Uint8Array.prototype.toHex = function () {};',
  "Object.defineProperty(util, '_extend', { value: Object.assign });",
  'Object.assign(Reflect, { getMetadata });',
  'globalThis.fetch = undefined;',
  'setGlobalDispatcher(agent);',
  'net.setDefaultAutoSelectFamilyAttemptTimeout(2000);',
  'EventEmitter.defaultMaxListeners = 50;',
  'http.globalAgent = agent;',
])('and this one would be seen: %s', (line) => {
  expect(changesIn(line)).toHaveLength(1);
});
