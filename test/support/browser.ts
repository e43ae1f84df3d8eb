import { type Browser, chromium } from 'playwright-core';
import { afterAll } from 'vitest';
import { requireProgram } from './require-program.ts';

/** Debian's Chromium without a window, for the tests of one file; undefined where it is missing. */
export async function startBrowser(): Promise<Browser | undefined> {
  const executablePath = requireProgram('chromium');
  if (executablePath === undefined) return undefined;
  // As root it has no sandbox of its own; it opens nothing but a page of this gate.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  afterAll(() => browser.close());
  return browser;
}
