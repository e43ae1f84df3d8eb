/**
 * What keeps a path from being read in one way only; undefined when it is in normal form. The path gate compares
 * bytes, so a route that the application's router could also reach under another spelling is refused here.
 */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'expected an absolute path, such as /webhooks/juicyway';
  if (path === '/') return undefined;
  if (/[?#]/.test(path))
    return 'expected a path without query or fragment, since neither takes part in the match';
  if (path.includes('%')) return 'expected a path without percent-encoding';
  if (path.includes('\\')) return 'expected a path without "\\", which some routers read as "/"';
  if (path.includes('//')) return 'expected a path without "//"';
  if (/\/\.\.?(?:\/|$)/.test(path)) return 'expected a path without dot segments';
  if (/\.(?:\/|$)/.test(path)) return 'expected a path whose segments do not end with "."';
  if (path.includes(';')) return 'expected a path without ";", which some routers cut off';
  // RFC 3986 section 3.3: the characters of a segment, less the percent-encoded ones and ";".
  if (!/^[/A-Za-z0-9._~!$&'()*+,=:@-]+$/.test(path)) {
    return "expected a path of letters, digits and - . _ ~ ! $ & ' ( ) * + , = : @";
  }
  if (path.length > 1024) return 'expected at most 1024 characters';
  return undefined;
}
