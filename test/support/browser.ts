import { afterAll } from '@jest/globals';
import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium as playwright, type Page } from 'playwright-core';

/** A page in a real browser, and what it complained of. */
export interface OpenedPage {
  page: Page;
  /** Errors of scripts, messages of the console, and requests to other servers than the hub. */
  complaints: string[];
}

/** A Chromium that npm brings, for one test file; it ends with the file. */
export async function openBrowser(): Promise<Browser> {
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    // Tests run as root in containers, where Chromium's sandbox cannot.
    args: ['--no-sandbox', '--disable-gpu'],
  });
  afterAll(() => browser.close());
  return browser;
}

/** Opens a page in a browser profile of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(url).host) complaints.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/** All that a page keeps in this browser, as JSON. */
export function keptIn(page: Page): Promise<string> {
  return page.evaluate<string>(
    'JSON.stringify({ session: { ...sessionStorage }, local: { ...localStorage }, cookies: document.cookie })',
  );
}
