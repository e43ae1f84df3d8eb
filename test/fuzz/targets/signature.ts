import { wholeBody } from '../../../src/schemes/envelope.ts';
import { readDigest, readSignatures } from '../../../src/schemes/read-signatures.ts';
import { rule, type Target } from '../target.ts';

const hex = '5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd';
const base64 = Buffer.from(hex, 'hex').toString('base64');
const body = wholeBody(Buffer.alloc(0));
const forms = [
  { tag: undefined, prefix: '' },
  { tag: undefined, prefix: 'sha256=' },
  { tag: 'v1', prefix: '' },
] as const;

/** What is read from a signature header are pieces of it, few, and each digest has one spelling but for hex's case. */
export const target: Target = {
  name: 'signature',
  seeds: [
    hex,
    base64,
    `sha256=${hex}`,
    `t=1700000000,v1=${hex},v1=${hex},v0=x`,
    `t="1700000000",v1="${hex}"`,
    `v1,${base64} v1a,${base64} v1,`,
  ].map((text) => Buffer.from(text)),
  words: [
    't=',
    'v1=',
    'v1,',
    ',',
    '"',
    ' ',
    '\t',
    '=',
    '==',
    'sha256=',
    hex,
    hex.toUpperCase(),
    base64,
    '-',
    '_',
    '\u00e4',
    'v1',
  ],
  fuzz: (data) => {
    const value = data.toString('latin1');
    for (const { tag, prefix } of forms) {
      const signature = { kind: 'header', name: 'X-Signature', tag } as const;
      const read = readSignatures(
        { signature, algorithm: 'hmac-sha256', prefix },
        ['x-signature', value],
        body,
        tag,
      );
      if (read.kind !== 'texts') continue;
      rule(read.texts.length > 0 && read.texts.length <= 16, `${read.texts.length} signatures are tried`);
      for (const text of read.texts) {
        rule(value.includes(prefix + text), 'a signature that is not in the header');
        const digest = Buffer.alloc(32);
        if (readDigest(text, 'hex', digest))
          rule(digest.toString('hex') === text.toLowerCase(), 'another digest');
        if (readDigest(text, 'base64', digest)) rule(digest.toString('base64') === text, 'a second spelling');
      }
    }
  },
};
