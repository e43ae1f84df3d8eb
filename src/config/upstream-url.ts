import { pathProblem } from './route-path.ts';

/** An http or https URL with nothing but an authority and perhaps a path prefix. */
export type UpstreamUrl =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'invalid'; readonly expected: string };

/** Reads `upstream.url`. Works on the text, since `URL` quietly repairs dot segments, `\` and white space. */
export function parseUpstreamUrl(text: string): UpstreamUrl {
  const match = /^(?:http|https):\/\/([^/?#\\\s]+)(\/[^?#]*)?([?#].*)?$/s.exec(text);
  if (match === null) return invalid('expected an http or https URL, such as http://127.0.0.1:3000');
  const [, authority = '', prefix = '/', rest] = match;
  if (authority.includes('@')) return invalid('expected a URL without user name and password');
  if (rest !== undefined) return invalid('expected a URL without query or fragment');
  const trimmed = prefix.length > 1 && prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  const problem = pathProblem(trimmed);
  if (problem !== undefined) return invalid(problem);
  if (/%/.test(authority) || !URL.canParse(text)) {
    return invalid('expected a URL with a valid host and port, such as http://127.0.0.1:3000');
  }
  const url = new URL(text);
  if (url.port === '0') return invalid('expected a port from 1 to 65535');
  url.pathname = trimmed;
  return { kind: 'url', url };
}

function invalid(expected: string): UpstreamUrl {
  return { kind: 'invalid', expected };
}
