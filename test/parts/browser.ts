import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { projectRoot } from '../../config/root.ts';
import type { Credentials } from './accounts.ts';

const OUTPUT = join(projectRoot(), 'test', 'output');

/** Starts a real Chromium. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page, and what it did that the dashboard must never do. */
export interface WatchedPage {
  page: Page;
  /** Requests to other servers, scripts that threw, what the browser itself refused or warned of. */
  misdeeds: string[];
}

/** Opens a page of the dashboard that is watched. */
export async function openWatchedPage(
  context: BrowserContext,
  base: string,
  path: string,
): Promise<WatchedPage> {
  const page = await context.newPage();
  const misdeeds: string[] = [];
  page.on('pageerror', (error) => misdeeds.push(`threw ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`)) misdeeds.push(`asked ${request.url()}`);
  });
  page.on('console', (message) => {
    // The browser logs every answer that is an error; which ones are right, tests say themselves.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) misdeeds.push(`logged ${message.text()}`);
  });
  await page.goto(`${base}${path}`);
  return { page, misdeeds };
}

/** Fills in and sends the sign-in page; what comes of it is the caller's to see. */
export async function signIn(page: Page, { username, password }: Credentials): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Keeps a picture of a page in `test/output`, for people to look at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  await page.screenshot({ path: join(OUTPUT, `${name}.png`), animations: 'disabled' });
}
