import { withoutBlanks } from '../values/field-grammar.ts';

/**
 * The one list of fields from which an application may take another URL, path, method, scheme or address than those
 * that the gate has judged. Frameworks read them by themselves or by middleware: Symfony, Spring, Rack, ASP.NET, IIS,
 * Express, WSGI and Next.js among others. Events, passed requests and upgrades are held against it alike.
 */

/** What may be done with such a field. */
export type ForwardedRole =
  /** Never goes on: it says what the request line says, or what only the gate may say. */
  | 'dropped'
  /** Goes on from a trusted proxy, where its value has the form that its meaning has. */
  | 'client'
  | 'host'
  | 'scheme'
  | 'port'
  | 'chain';

/** Undefined for all other fields. `name` in lower case; src/gates/headers.ts has refused what a server could read as it. */
export function roleOf(name: string): ForwardedRole | undefined {
  return roles.get(name) ?? (kin.test(name) ? 'dropped' : undefined);
}

/**
 * Goes on in what is passed through, whoever sends it. Pages of Next.js fetch ahead with it, and without it each such fetch
 * would run the page's code on the server. An event with it would be answered 200 unseen.
 */
export const prefetchField = 'x-middleware-prefetch';

/** Whether a trusted proxy's word goes on: `X-Forwarded-Host: a/webhooks/juicyway?` is a URL to whoever puts it together. */
export function isPlausible(role: ForwardedRole, value: string): boolean {
  switch (role) {
    case 'dropped':
      return false;
    case 'client':
      return address.test(value);
    case 'host':
      return value.split(',').every((host) => isHostField(withoutBlanks(host)));
    case 'scheme':
      return value.split(',').every((scheme) => schemeName.test(withoutBlanks(scheme)));
    case 'port':
      return value.split(',').every((port) => portNumber.test(withoutBlanks(port)));
    case 'chain':
      return chain.test(value);
  }
}

/**
 * A name or an address, perhaps with a port (RFC 9112 section 3.2), and none of the delimiters that RFC 3986 allows in
 * names. Applications put Host and target together and parse the result: `Host: a/webhooks/juicyway?` with the target
 * `/other`, or an empty Host with `/a/webhooks/juicyway`, is a request for the webhook path to them.
 */
export function isHostField(value: string): boolean {
  return hostOrAddress.test(value);
}

const hostOrAddress = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;
const schemeName = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const portNumber = /^\d{1,5}$/;
/** An address as proxies write it: with a port, in brackets, or bare. */
const address = /^\[?[0-9A-Fa-f.:]+\]?(?::\d{1,5})?$/;
/** X-Forwarded-For may hold names such as `unknown` and `_hidden` beside addresses, and no delimiter of a URL. */
const chain = /^[\w.:,[\] \t-]*$/;

const roles: ReadonlyMap<string, ForwardedRole> = new Map([
  ...named('chain', ['x-forwarded-for', 'x-vercel-forwarded-for']),
  ...named('host', ['x-forwarded-host']),
  ...named('scheme', ['x-forwarded-proto', 'x-forwarded-scheme', 'x-forwarded-protocol', 'x-scheme']),
  ...named('scheme', ['x-url-scheme', 'x-forwarded-ssl', 'front-end-https', 'cloudfront-forwarded-proto']),
  ...named('port', ['x-forwarded-port']),
  ...named('client', ['x-real-ip', 'x-client-ip', 'client-ip', 'true-client-ip', 'x-cluster-client-ip']),
  ...named('client', ['cf-connecting-ip', 'cf-connecting-ipv6', 'fastly-client-ip', 'fly-client-ip']),
  ...named('client', ['x-azure-clientip', 'x-azure-socketip', 'x-appengine-user-ip', 'x-remote-ip']),
  ...named('client', ['x-remote-addr', 'x-originating-ip', 'x-envoy-external-address', 'x-proxyuser-ip']),
  ...named('client', ['wl-proxy-client-ip', 'do-connecting-ip', 'x-nf-client-connection-ip']),
  ...named('client', ['ali-cdn-real-ip', 'incap-client-ip']),
  // Its grammar has quoted strings that hold anything, and X-Forwarded-* says the same.
  ...named('dropped', ['forwarded', 'x-forwarded', 'x-forwarded-by', 'x-host', 'x-http-host']),
  ...named('dropped', [
    'x-script-name',
    'x-path',
    'x-path-info',
    'x-uri',
    'x-url',
    'x-base-url',
    'x-request-uri',
  ]),
  ...named('dropped', [
    'x-request-url',
    'x-request-path',
    'request-uri',
    'x-replaced-path',
    'x-matched-path',
  ]),
  ...named('dropped', ['x-waws-unencoded-url', 'x-method', 'x-request-method', 'x-http-destinationurl']),
  ...named('dropped', ['script-name', 'path-info', 'x-context-path', 'x-ingress-path']),
  // As HTTP_PROXY of a CGI it would name the proxy of the application's own calls (CVE-2016-5385).
  ...named('dropped', ['proxy']),
  // Rack writes a file's path by these two (CVE-2025-61780).
  ...named('dropped', ['x-sendfile-type', 'x-accel-mapping']),
]);

function named(role: ForwardedRole, names: readonly string[]): [string, ForwardedRole][] {
  return names.map((name) => [name, role]);
}

/** Families that are dropped but for the names above. Next.js says by the last three where its own router sent a request. */
const kin = new RegExp(
  `^(?:${[
    'forwarded-',
    'x-forwarded-',
    'x-forward-',
    'x-original-',
    'x-rewrite-',
    'x-rewritten-',
    'x-override-',
    'x-http-method',
    'x-http-path',
    'x-http-uri',
    'x-http-url',
    'x-envoy-original-',
    'x-ms-original-',
    'x-middleware-',
    'x-invoke-',
    'x-now-',
  ].join('|')})|(?:method|path|host|ur[il])-override$`,
);
