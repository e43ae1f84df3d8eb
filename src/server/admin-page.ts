import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { builtFile } from '../values/built-file.ts';

export interface AdminPage {
  readonly html: string;
  /** Header fields that keep a browser from doing anything but showing it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The page for people, read at the first call. Throws where it was not built. */
export function createAdminPage(): () => AdminPage {
  let page: AdminPage | undefined;
  return () => (page ??= readPage());
}

function readPage(): AdminPage {
  const html = readFileSync(builtFile('page.html'), 'utf8');
  return { html, headers: { ...quiet, 'Content-Security-Policy': policyFor(html) } };
}

/** For everything that a browser may be made to open here. */
export const quiet: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Only the style and the script of this very file, and requests to this port alone. */
function policyFor(html: string): string {
  const digestOf = (element: string): string => {
    const content = html.match(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`))?.[1] ?? '';
    return `'sha256-${hash('sha256', content, 'base64')}'`;
  };
  return [
    "default-src 'none'",
    `script-src ${digestOf('script')}`,
    `style-src ${digestOf('style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
