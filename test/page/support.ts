import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { Overview } from '../../src/overview/overview.ts';
import { createAdminServer } from '../../src/server/admin.ts';

/** A page in a browser of its own profile, and what its scripts complained of. */
export interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  { width = 1280, theme = 'light' }: { width?: number; theme?: 'light' | 'dark' } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: width > 1000 ? 900 : 1400 },
    colorScheme: theme,
  });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(55_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  // Whatever the page asks of anybody else is a complaint too.
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !request.url().startsWith('data:'))
      complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await page.locator('.headline').waitFor();
  await page.locator('h2').first().waitFor();
  return { page, complaints };
}

/** An admin port that tells this overview; its URL. */
export async function tellOverview(overview: () => Overview): Promise<string> {
  const admin = createAdminServer({
    host: '127.0.0.1',
    port: 0,
    metrics: async () => ({ contentType: 'text/plain', body: '' }),
    ready: () => ({ ready: true, checks: {} }),
    status: () => ({}),
    rejections: () => [],
    overview,
    onFault: (error) => {
      throw error;
    },
  });
  const { port } = await admin.listen();
  onTestFinished(() => admin.close());
  return `http://127.0.0.1:${port}/`;
}

/** A port of somebody else's, for what the page must not do there. */
export async function somebodyElse(onRequest: (url: string) => void): Promise<number> {
  const server = createServer((request, response) => {
    onRequest(request.url ?? '');
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
