import { expect, test } from 'vitest';
import { formatProblem } from '../../src/config/problem.ts';
import { loadYaml } from '../support/load-yaml.ts';

const upstream = 'upstream: { url: http://app:3000 }\n';
const route = (more: string) => `${upstream}routes: [{ name: a, path: /a, keysDirectory: /k, ${more} }]`;
const scheme = (more: string) => route(`scheme: { signature: "header:X-S", ${more} }`);
const sentences = (text: string): string[] => {
  const loaded = loadYaml(text);
  return loaded.kind === 'problems' ? loaded.problems.map(formatProblem) : [];
};

test.each<[string, string, RegExp]>([
  [
    'a route without keys of its own',
    `${upstream}routes: [{ name: a, path: /a, scheme: stripe }]`,
    /routes\[0\]\.keysDirectory: missing; expected a directory/,
  ],
  ['an unknown sender', route('scheme: strype'), /did you mean "stripe"/],
  [
    'a field that the gate refuses in every request',
    route('scheme: { signature: "header:X.Sig" }'),
    /expected header:NAME/,
  ],
  ['no signature', route('scheme: { profile: custom }'), /signature: found nothing; expected header:NAME/],
  ['a part that names nothing', scheme('message: "{head:X}{body}"'), /names nothing/],
  ['two parts side by side', scheme('message: "{header:X}{body}"'), /expected text between two parts/],
  ['what else to do then', scheme('message: "{header:X}{body}"'), /otherPaths: passthrough/],
  ['a prefix that no field begins with', scheme('prefix: " v1="'), /scheme\.prefix: .*without a blank/],
  ['a prefix outside ASCII', scheme('prefix: "é="'), /scheme\.prefix: .*expected ASCII/],
  ['a brace that does not close', scheme('message: "{body"'), /expected a "}"/],
  ['no part at all', scheme('message: "hello"'), /the same signature would hold for every body/],
  [
    'a time that is not signed',
    scheme('timestamp: { from: "header:X-T" }'),
    /expected a part of message, or anybody could write the time/,
  ],
  [
    'a tolerance of no time',
    scheme('timestamp: { tolerance: 5m }'),
    /scheme\.timestamp\.from: missing; expected where the signed time stands/,
  ],
  [
    'a time that is nowhere',
    scheme('timestamp: { from: "X-T" }'),
    /expected header:NAME, signature#tag or json/,
  ],
  ['a tag of a signature without tags', scheme('message: "{signature#t}.{body}"'), /has no tags/],
  [
    '{url} without a URL',
    scheme('message: "{url}{body}"'),
    /publicUrl: found nothing; expected the URL as it is registered/,
  ],
  [
    'a signature in a field that no request has room for',
    route('scheme: { signature: "header:Content-Type" }'),
    /scheme\.signature: .*expected a field of its own/,
  ],
  [
    'a name that is the signature',
    scheme('event: "header:x-s" }, events: [a], x: { y: z'),
    /scheme\.event: .*the signature stands there/,
  ],
  [
    'a name that is within the signature',
    route('scheme: { signature: "json:/sig", message: "{json:/data@sorted}", event: "json:/sig" }'),
    /scheme\.event: .*the signature stands there/,
  ],
  ['an id that is the signature', scheme('id: "header:X-S"'), /scheme\.id: .*the signature stands there/],
  [
    'an id that is the time, which two events of one second share',
    scheme('message: "{header:X-T}.{body}", timestamp: { from: "header:X-T" }, id: "header:x-t"'),
    /scheme\.id: .*the signed time stands there/,
  ],
  [
    'a name that is the time',
    scheme('timestamp: { from: "json:/at" }, event: "json:/at"'),
    /scheme\.event: .*the signed time stands there/,
  ],
  [
    'an id that is the name, which many events have',
    scheme('event: "json:/type", id: "json:/type"'),
    /scheme\.id: .*the event's name, which many events have, stands there/,
  ],
  [
    'a time that is an object',
    scheme('message: "{json:/data@sorted}", timestamp: { from: "json:/data" }'),
    /scheme\.timestamp\.from: found json:\/data; .*an object stands there/,
  ],
  [
    'an id that is an object',
    scheme('message: "{json:/data@sorted}", id: "json:/data"'),
    /scheme\.id: .*an object stands there/,
  ],
  ['an unknown way of writing', scheme('message: "{json:/data@backwards}"'), /no way of writing/],
  [
    'ways for a scheme that has none',
    route('scheme: paystack, checksum: { encodings: [sorted] }'),
    /expected a part with "@"/,
  ],
  [
    'an unknown way in the list',
    route('scheme: korapay, events: [a], checksum: { encodings: [sorted+loud] }'),
    /expected received, compact, sorted or sorted-top/,
  ],
  ['a text key for Ed25519', scheme('algorithm: ed25519'), /expected base64 or hex for algorithm ed25519/],
  ['equals over a message', scheme('algorithm: equals, message: "{body}"'), /covers no text/],
  ['unsigned names and *', route('scheme: github'), /expected the names of events without "\*"/],
  [
    'unsigned names and a prefix',
    route('scheme: korapay, events: [charge.*]'),
    /expected the names of events without "\*"/,
  ],
  [
    'names where there are none',
    scheme('message: "{body}" }, events: [a], x: { y: z'),
    /says no name of an event/,
  ],
  [
    'equals without an allowlist',
    `allowlist: { mode: observe }\n${route('scheme: flutterwave-v3, events: [a]')}`,
    /proves nothing about the body/,
  ],
  [
    'a header alone without an allowlist',
    `allowlist: { mode: "off" }\n${scheme('message: "{header:X-T}"')}`,
    /proves nothing about the body/,
  ],
  [
    'unsigned fields refused where all are',
    route('scheme: flutterwave-v3, events: [a], unsignedFields: reject'),
    /signs no field of the body/,
  ],
  [
    'a signed part deep down',
    scheme('message: "{json:/data/id}"'),
    /expected forward, since \/data\/id is no top-level member/,
  ],
  [
    'an unsigned name deep down',
    scheme('message: "{json:/data@received}", event: "json:/meta/type" }, events: [a], x: { y: z'),
    /found strip; expected forward, since \/meta\/type is no top-level member/,
  ],
  [
    'a signature deep down',
    route('scheme: { signature: "json:/signature/signature" }'),
    /json:\/member \(of the top level\)/,
  ],
  [
    'a retention below the retries',
    `${route('scheme: stripe, retention: 71h')}`,
    /routes\[0\]\.retention: found 71h; expected more than 3d/,
  ],
  [
    'a retention below twice the tolerance',
    scheme(
      'message: "{header:X-T}.{body}", timestamp: { from: "header:X-T", tolerance: 1d }, triesAgainFor: 1m }, retention: 2d, x: { y: z',
    ),
    /twice the tolerance/,
  ],
  [
    'a blank window of retries',
    scheme('triesAgainFor: ""'),
    /expected a duration such as 72h, "none" or "unknown"/,
  ],
  ['a repeatable event with a signed id', route('scheme: stripe, repeatable: { a: 10m }'), /signs an id/],
  [
    'a repeatable event that anybody may send',
    `allowlist: { mode: observe }\nupstream: { url: http://app }\nroutes: [{ name: a, path: /a, repeatable: { a: 10m } }]`,
    /expected allowlist.mode enforce/,
  ],
  [
    'a repeatable pattern',
    `${upstream}routes: [{ name: a, path: /a, repeatable: { "a.*": 10m } }]`,
    /expected the exact name/,
  ],
  [
    'a slash at the end alone',
    `${upstream}routes: [{ name: a, path: /a }, { name: b, path: /a/ }]`,
    /but for the "\/" at the end/,
  ],
  ['two slashes at the end', `${upstream}routes: [{ name: a, path: /a// }]`, /without "\/\/"/],
  [
    'signing beside the same fields',
    `upstream: { url: http://app, signing: { keysDirectory: /s } }\nroutes: [{ name: a, path: /a, scheme: standard-webhooks, keysDirectory: /k }]`,
    /replace: true/,
  ],
  [
    'one signing directory for two applications',
    `upstream: { url: http://app, signing: { keysDirectory: /s } }\nroutes: [{ name: a, path: /a }, { name: b, path: /b, upstream: { url: "http://other" } }]`,
    /each application could sign for the other/,
  ],
  [
    'a signing directory that verifies',
    `upstream: { url: http://app, signing: { keysDirectory: /etc/hookgate/keys } }\nroutes: [{ name: a, path: /a }]`,
    /also verify a sender/,
  ],
  [
    'a signature in the body that it signs',
    route('scheme: { signature: "json:/sig", message: "{body}" }'),
    /without what holds the signature, json:\/sig/,
  ],
  [
    'a signature in the field that it signs',
    scheme('message: "{header:x-s}.{body}"'),
    /without what holds the signature, header:X-S/,
  ],
  [
    'a signature in the tag that it signs',
    route('scheme: { signature: "header:X-S#v1", message: "{signature#v1}.{body}" }'),
    /without what holds the signature, header:X-S#v1/,
  ],
  [
    'a name out of a block scalar, with its line break',
    `${upstream}routes:\n  - name: a\n    path: /a\n    keysDirectory: /k\n    scheme:\n      signature: "header:X-S"\n      event: |\n        json:/type\n`,
    /event: found "json:\/type\\n"; expected json:\/member/,
  ],
  [
    'an id with a line break',
    scheme('id: "json:/id\\n"'),
    /id: found "json:\/id\\n"; expected json:\/member/,
  ],
])('%s', (_name, text, sentence) => {
  const told = sentences(
    text.replace(/ }, (events|retention): (\[?\w+\]?), x: \{ y: z \} \}\]/, ' }, $1: $2 }]'),
  );
  expect(told.join('\n')).toMatch(sentence);
});

test('a message that cannot be read is told alone, not as one that leaves the time out', () => {
  const told = sentences(scheme('message: "{header:X-T}{body}", timestamp: { from: "header:X-T" }'));
  expect(told).toEqual([expect.stringContaining('expected text between two parts')]);
});

test.each([
  route('scheme: stripe'),
  scheme('message: "{header:X-T}{url}{body}", publicUrl: "https://a.example/b"'),
  route('scheme: github, events: [push]'),
  route(
    'scheme: korapay, events: [charge.success], checksum: { encodings: [sorted+spaced+ascii, received] }',
  ),
  route('scheme: { profile: square, publicUrl: "https://a.example/b" }'),
  route('scheme: { profile: stripe, timestamp: { tolerance: 1m } }'),
  scheme('timestamp: { from: "", unit: s, tolerance: 5m }'),
  scheme('algorithm: equals, prefix: "Bearer "'),
  scheme('message: "{json:/a}|{json:/b@sorted+upper+ascii}", algorithm: hmac-sha512'),
  `upstream: { url: http://app, signing: { keysDirectory: /s, replace: true } }\nroutes: [{ name: a, path: /a, scheme: standard-webhooks, keysDirectory: /k }]`,
  `${upstream}checksum: { encodings: [received, sorted+spaced+ascii, sorted-top, compact+html+slashes] }\nroutes: [{ name: a, path: /a/ }]`,
])('%s is taken', (text) => {
  expect(sentences(text)).toEqual([]);
});

const warnings = (text: string): readonly string[] => {
  const loaded = loadYaml(text);
  return loaded.kind === 'ok' ? loaded.warnings : [];
};

test('a message that ends with the line break of a block scalar is warned of', () => {
  const block = (indicator: string): string =>
    `${upstream}routes:\n  - name: a\n    path: /a\n    keysDirectory: /k\n    scheme:\n      signature: "header:X-S"\n      message: ${indicator}\n        {header:X-T}.{body}\n`;
  expect(warnings(block('|'))).toEqual([
    expect.stringMatching(/ends with a line break, .*write \|- in place/),
  ]);
  expect(warnings(block('|-'))).toEqual([]);
});

test('a body in front of another part is warned of, unless it tells itself where it ends', () => {
  expect(warnings(scheme('message: "{body}:{header:X-T}"'))).toContainEqual(
    expect.stringMatching(/every body that holds ":" is refused; .*write \{body@received\}/),
  );
  expect(warnings(scheme('message: "{body@received}:{header:X-T}"'))).toEqual([]);
  expect(warnings(scheme('message: "{header:X-T}.{body}."'))).toEqual([]);
});
