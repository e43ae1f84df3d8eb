import { isIP } from 'node:net';
import { parseProxyHeader } from '../../../src/server/proxy-protocol/parse.ts';
import { v2Signature } from '../../../src/server/proxy-protocol/v2.ts';
import { rule, type Target } from '../target.ts';

const v2 = (hex: string): Buffer => Buffer.concat([v2Signature, Buffer.from(hex, 'hex')]);

/** What is read is an address, and it is read alike however the bytes are cut into packets. */
export const target: Target = {
  name: 'proxy-header',
  seeds: [
    Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\nGET /'),
    Buffer.from('PROXY TCP6 2001:db8::1 ::1 65535 0\r\n'),
    Buffer.from('PROXY UNKNOWN what ever\r\n'),
    v2(`2111000cc0000201c000020203e801bb`),
    v2(`21110013c0000201c000020203e801bb0400041122334455`),
    v2(`21110013c0000201c000020203e801bb03000400000000`),
    v2(`21210024${'20010db8'.repeat(8)}03e801bb`),
    v2(`213100d8${'00'.repeat(216)}`),
    v2('20000000'),
    v2('21000000'),
  ],
  words: [
    'PROXY ',
    'TCP4 ',
    'TCP6 ',
    'UNKNOWN',
    '\r\n',
    '\n',
    ' 0',
    '::',
    '%eth0',
    '::ffff:1.2.3.4',
    v2Signature.toString('latin1'),
  ],
  fuzz: (data) => {
    const whole = parseProxyHeader(data);
    if (whole.kind === 'header') {
      rule(whole.length <= data.length, 'a header longer than what arrived');
      rule(
        whole.source === 'local' || isIP(whole.source) !== 0,
        `a source that is no address: ${whole.source}`,
      );
    }
    for (let length = 0; length < Math.min(data.length, 300); length++) {
      const part = parseProxyHeader(data.subarray(0, length));
      if (whole.kind === 'incomplete') rule(part.kind === 'incomplete', 'decided before it was complete');
      if (whole.kind === 'malformed') rule(part.kind !== 'header', 'taken, and then malformed');
      if (whole.kind === 'header') {
        const expected = length < whole.length ? 'incomplete' : 'header';
        rule(part.kind === expected, `${part.kind} after ${length} of ${whole.length} bytes`);
      }
    }
  },
};
