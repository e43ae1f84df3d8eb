import { isUtf8 } from 'node:buffer';

/**
 * What editors, shells and copied lines leave in the file of a key or a password, where it silently counts as part of
 * it. No sentence here has anything of the content.
 */
export interface Leftover {
  /** As in "it …": `begins with a byte order mark of UTF-8`. */
  readonly has: string;
  /** Nobody can mean it; otherwise it is only unlikely. */
  readonly isCertain: boolean;
  /** What was probably meant. */
  readonly meant?: Buffer;
}

/** A key counts as its file has it; a decoded one is written in base64 or hex. */
export type SecretKind = 'key' | 'decoded key' | 'password';

/** All that is found in the bytes of a secret, the file's last newline taken off already. */
export function findLeftovers(secret: Buffer, kind: SecretKind = 'key'): readonly Leftover[] {
  const utf16 = readUtf16(secret);
  if (utf16 !== undefined) return [utf16];
  const found = rules.flatMap((rule) => {
    if (rule.only !== undefined && !rule.only.includes(kind)) return [];
    const meant = rule.find(secret.toString('latin1'));
    if (meant === undefined) return [];
    const { has, isCertain } = rule;
    return meant === '' || meant === null
      ? [{ has, isCertain }]
      : [{ has, isCertain, meant: Buffer.from(meant, 'latin1') }];
  });
  return isUtf8(secret) ? found : [...found, { has: 'has bytes that are not UTF-8', isCertain: true }];
}

interface Rule {
  readonly has: string;
  readonly isCertain: boolean;
  /** Passwords may be of almost any form. */
  readonly only?: readonly SecretKind[];
  /** What was probably meant, null where nobody can tell; undefined where nothing is found. Bytes as latin1. */
  readonly find: (text: string) => string | null | undefined;
}

/** Not those that have rules of their own: zero, tab and line breaks. */
const controls = new RegExp(
  `${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z~]|[^ -\\xff\\0\\t\\r\\n]|\\x7f`,
  'g',
);

const cut = (pattern: RegExp) => (text: string) => pattern.exec(text)?.[1];
const says = (pattern: RegExp) => (text: string) => (pattern.test(text) ? null : undefined);

const keys: readonly SecretKind[] = ['key', 'decoded key'];

const rules: readonly Rule[] = [
  {
    has: 'begins with a byte order mark of UTF-8',
    isCertain: true,
    find: cut(/^\xef\xbb\xbf([\s\S]*)$/),
  },
  {
    has: 'has a byte of zero',
    isCertain: true,
    find: (text) => (text.includes('\0') ? text.replaceAll('\0', '') : undefined),
  },
  {
    has: 'has more than one line',
    isCertain: true,
    // The first line that is no comment.
    find: (text) =>
      /[\r\n]/.test(text.replace(/[\r\n]+$/, ''))
        ? (/(?:^|[\r\n])(?!#|\/\/)([^\r\n]+)/.exec(text)?.[1] ?? null)
        : undefined,
  },
  {
    has: 'ends with a line break more than the one that is taken off',
    isCertain: true,
    find: cut(/^([^\r\n]+)[\r\n]+$/),
  },
  {
    has: 'has a control character, such as a terminal or a keyboard leaves',
    isCertain: true,
    // ESC [200~ and ESC [201~ stand around what is pasted into a terminal.
    find: (text) => trimmed(text, controls),
  },
  {
    has: 'has an invisible character, as text copied from a page has',
    isCertain: true,
    // U+00A0, U+00AD, U+200B to U+200F, U+2028 to U+202E, U+2060 to U+2064, and U+FEFF that is not at the beginning.
    find: (text) =>
      trimmed(
        text,
        /\xc2[\xa0\xad]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xa4]|(?<=[\s\S])\xef\xbb\xbf/g,
      ),
  },
  {
    has: 'begins or ends with white space',
    isCertain: false,
    find: (text) => trimmed(text, /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g),
  },
  {
    has: 'stands in quotes',
    isCertain: false,
    // Straight ones, and in UTF-8 those that word processors make of them.
    find: (text) =>
      /^\s*(["'`])([\s\S]+)\1\s*$/.exec(text)?.[2] ??
      cut(
        /^\s*(?:\xe2\x80[\x98-\x9f]|\xc2\xab|\xe2\x80\xb9)([\s\S]+?)(?:\xe2\x80[\x98-\x9f]|\xc2\xbb|\xe2\x80\xba)\s*$/,
      )(text),
  },
  {
    has: 'has a name and an equals sign before it, as a line of an .env file',
    isCertain: false,
    find: (text) =>
      /^\s*(?:export\s+|set\s+|declare -x\s+)?[A-Za-z_][A-Za-z0-9_.-]*\s*=\s*(["']?)([^=\s"'][\s\S]*?)\1\s*$/.exec(
        text,
      )?.[2],
  },
  {
    has: 'has a name and a colon before it, as a line of YAML or JSON',
    isCertain: false,
    find: (text) =>
      /^\s*(["']?)[A-Za-z_][A-Za-z0-9_.-]*\1\s*:\s+(["']?)([^\s"'][\s\S]*?)\2,?\s*$/.exec(text)?.[3],
  },
  {
    has: 'is a document of JSON',
    isCertain: false,
    find: says(/^\s*[{[][\s\S]*[}\]]\s*$/),
  },
  {
    has: 'is a reference of a shell or a template that nothing has filled in',
    isCertain: false,
    find: says(
      /^\s*(?:\$\{?[A-Za-z_][\s\S]*|\$\([\s\S]*\)|%[A-Za-z_]+%|.*\{\{[\s\S]*\}\}.*|<%[\s\S]*%>|<[^<>]+>|\*{3,}|__[A-Z_]+__)\s*$/,
    ),
  },
  {
    has: 'is a word that stands for a missing value',
    isCertain: false,
    find: says(
      /^\s*(?:null|undefined|none|nil|true|false|todo|tbd|change-?me|replace-?me|your-[a-z-]+|\[object Object\]|\[?redacted\]?|x{4,})\s*$/i,
    ),
  },
  { has: 'has an option of echo before it', isCertain: false, find: cut(/^-[neE]{1,2} ([\s\S]+)$/) },
  {
    has: 'ends with an escape that was not resolved, such as \\n',
    isCertain: false,
    find: cut(/^([\s\S]+?)(?:\\[nrt])+$/),
  },
  {
    has: 'ends with the sign that a shell shows where a line has no end',
    isCertain: false,
    only: keys,
    find: cut(/^([^%]{8,})%$/),
  },
  {
    has: 'has an escape of a web page or an address, such as &amp; or %20',
    isCertain: false,
    only: keys,
    find: says(/&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-f]+);|%(?:0[ad]|20|2[bdf]|3d)/i),
  },
  {
    has: 'has characters outside ASCII, such as a dash that a word processor made of a hyphen',
    isCertain: false,
    only: keys,
    find: (text) => {
      if (!/[\x80-\xff]/.test(text)) return undefined;
      const hyphens = text.replaceAll(/\xe2\x80[\x90-\x95]|\xe2\x88\x92/g, '-');
      return hyphens === text ? null : hyphens;
    },
  },
  {
    has: 'has white space within',
    isCertain: false,
    only: keys,
    find: (text) => (/\S[ \t]+\S/.test(text) ? text.replaceAll(/[ \t]+/g, '') : undefined),
  },
  {
    has: 'is the base64 of a text, as a Secret shows it',
    isCertain: false,
    only: ['key'],
    find: (text) => textOfBase64(text.trim()),
  },
];

/** Without what the pattern finds; undefined where it finds nothing. */
function trimmed(text: string, pattern: RegExp): string | undefined {
  const rest = text.replaceAll(pattern, '');
  return rest === text ? undefined : rest;
}

/** Undefined unless it is base64 of at least eight printable characters of ASCII, with a line break after them or not. */
function textOfBase64(text: string): string | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  return /^([\x20-\x7e]{8,})\r?\n?$/.exec(Buffer.from(text, 'base64').toString('latin1'))?.[1];
}

/** With its mark, or plain ASCII of which every second byte is zero. */
function readUtf16(bytes: Buffer): Leftover | undefined {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  const isBare = bytes.length >= 4 && (everySecondIsZero(bytes, 1) || everySecondIsZero(bytes, 0));
  if (!isLittle && !isBig && !isBare) return undefined;
  const meant = Buffer.from(bytes.toString('latin1').replaceAll(/[^\x20-\x7e]/g, ''), 'latin1');
  return { has: 'is text in UTF-16', isCertain: true, meant };
}

function everySecondIsZero(bytes: Buffer, first: 0 | 1): boolean {
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] === 0) !== (at % 2 === first)) return false;
  return true;
}
