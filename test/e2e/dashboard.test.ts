import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from '../parts/accessibility.ts';
import { createAccount, type Credentials } from '../parts/accounts.ts';
import {
  keepScreenshot,
  openWatchedPage,
  signIn,
  startBrowser,
  type WatchedPage,
} from '../parts/browser.ts';
import { letGo, queueHeld } from '../parts/held-job.ts';
import { idOf } from '../parts/runyard-api.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

let system: Testbed['system'];
let github: Testbed['github'];
let runyard: Testbed['runyard'];
let somebody: Credentials;
let browser: Browser;
/** Signed in. */
let context: BrowserContext;
const opened: WatchedPage[] = [];

beforeAll(async () => {
  ({ system, github, runyard } = await startTestbed('dashboard', { HOST_CAPACITY: '1' }));
  somebody = await createAccount(runyard, 'ada', 'admin');
  browser = await startBrowser();
  context = await browser.newContext({ viewport: WIDE });
  const { page } = await open('/');
  await signIn(page, somebody);
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
});
afterEach(async () => {
  for (const { page, misdeeds } of opened.splice(0)) {
    await page.close();
    if (misdeeds.length > 0) throw new Error(`The page ${misdeeds.join(', ')}`);
  }
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

async function open(path: string, within = context): Promise<WatchedPage> {
  const watched = await openWatchedPage(within, system.api, path);
  opened.push(watched);
  return watched;
}

const live = (page: Page) => page.getByRole('status').filter({ hasText: 'Updates: Live' });
const recent = (page: Page, name: string) =>
  page.getByRole('table', { name: 'Recent jobs' }).getByRole('row').filter({ hasText: name });

describe('signing in', () => {
  it('takes the right password alone, at any address, and keeps it nowhere', async () => {
    const stranger = await browser.newContext({ viewport: WIDE });
    const { page } = await open('/jobs?status=running', stranger);
    await signIn(page, { ...somebody, password: 'not the password' });
    await page.getByRole('alert').filter({ hasText: 'password is wrong' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await keepScreenshot(page, 'dashboard-sign-in');

    await signIn(page, somebody);
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    expect(page.url()).toBe(`${system.api}/jobs?status=running`);
    const kept = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])';
    expect(await page.evaluate<string>(kept)).not.toContain(somebody.password);
    expect(await page.content()).not.toContain(somebody.password);
    const readable = await page.evaluate<string>('document.cookie');
    expect(readable).toMatch(/^runyard_csrf=[^;]+$/);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Username').waitFor();
    await page.reload();
    await page.getByLabel('Username').waitFor();
    await stranger.close();
  });

  it('asks again as soon as the session is over', async () => {
    const visitor = await browser.newContext({ viewport: WIDE });
    const { page } = await open('/', visitor);
    await signIn(page, somebody);
    await live(page).waitFor();
    await page.getByRole('heading', { name: 'Hosts' }).waitFor();
    await visitor.clearCookies();
    // The page asks for the counts anew because of it, and is refused.
    await github.queue('acme/unseen', [{ labels: ['macos-latest'] }]);
    await page.getByLabel('Username').waitFor();
    expect(await page.title()).toBe('Sign in · Runyard');
    await visitor.close();
  });
});

describe('a job', () => {
  it('is shown from queued to completed, with its log, without a reload', async () => {
    const before = await queueHeld({ github }, 'acme/first', 'before');
    await runyard.until(before, (one) => one.status === 'running');
    const { page } = await open('/');
    await live(page).waitFor();
    await page.evaluate('window.notReloaded = true');

    const job = await queueHeld({ github }, 'acme/shop', 'build the shop');
    await recent(page, 'build the shop').filter({ hasText: 'Queued' }).waitFor();
    await keepScreenshot(page, 'dashboard-overview');
    await page.getByRole('link', { name: 'build the shop' }).first().click();
    await page.getByRole('heading', { name: 'build the shop', level: 1 }).waitFor();
    const { detail } = await runyard.until(job, (one) => one.detail !== null);
    await page.getByText(detail ?? '').waitFor();
    await page.getByText('Waiting for a host').waitFor();
    await keepScreenshot(page, 'dashboard-job-queued');

    await letGo({ runyard }, before);
    const output = page.getByRole('region', { name: 'Output of the runner' });
    await output.getByText('first line', { exact: true }).waitFor();
    expect(await output.getByText('second line', { exact: true }).count()).toBe(0);
    await page.getByText('Running', { exact: true }).first().waitFor();
    await keepScreenshot(page, 'dashboard-job-running');

    await letGo({ runyard }, job);
    await output.getByText('second line', { exact: true }).waitFor();
    await page.getByText('Completed', { exact: true }).first().waitFor();
    await page.getByText('End of the log').waitFor();
    await page.getByText('Cleaning up').waitFor();
    await keepScreenshot(page, 'dashboard-job-completed');

    await page.getByRole('link', { name: 'Overview' }).click();
    await recent(page, 'build the shop').filter({ hasText: 'Completed' }).waitFor();
    expect(await page.evaluate('window.notReloaded')).toBe(true);
  });

  it('is right again after the API was away, without a reload', async () => {
    const job = await queueHeld({ github }, 'acme/outage', 'outlive the API');
    await runyard.until(job, (one) => one.status === 'running');
    const { page } = await open(`/jobs/${idOf(job)}`);
    await live(page).waitFor();
    const output = page.getByRole('region', { name: 'Output of the runner' });
    await output.getByText('first line', { exact: true }).waitFor();
    await page.evaluate('window.notReloaded = true');

    const formerPid = await system.kill('api');
    await page.getByRole('status').filter({ hasText: 'Reconnecting' }).first().waitFor();
    await system.restarted('api', formerPid);
    await live(page).waitFor();
    await letGo({ runyard }, job);
    await output.getByText('second line', { exact: true }).waitFor();
    await page.getByText('Completed', { exact: true }).first().waitFor();
    // What came before the outage stands there once.
    expect(await output.getByText('first line', { exact: true }).count()).toBe(1);
    expect(await page.evaluate('window.notReloaded')).toBe(true);
  });

  it('is cancelled once that is confirmed', async () => {
    const job = await queueHeld({ github }, 'acme/mistake', 'a mistake');
    await runyard.until(job, (one) => one.status === 'running');
    const { page } = await open(`/jobs/${idOf(job)}`);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await runyard.job(job)).toMatchObject({ status: 'running' });

    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.getByLabel('Reason').fill('wrong branch');
    await dialog.getByRole('radio', { name: /workflow run/ }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    expect(await runyard.ended(job)).toMatchObject({ status: 'cancelled' });
  });

  it('that failed says why, and is launched again', async () => {
    await github.fault({
      kind: 'error',
      status: 422,
      message: 'The runner group is gone',
      method: 'POST',
      route: '/repos/*/*/actions/runners/generate-jitconfig',
    });
    const job = await github.queueScript('acme/second', 'echo at the second attempt');
    const failed = await runyard.until(job, (one) => one.status === 'failed');
    const { page } = await open(`/jobs/${failed.id}`);
    await page.getByText(failed.detail ?? '').waitFor();
    await page.getByText(failed.error_code ?? '', { exact: true }).waitFor();
    await keepScreenshot(page, 'dashboard-job-failed');

    await page.getByRole('button', { name: 'Retry' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Launch a runner' }).click();
    const output = page.getByRole('region', { name: 'Output of the runner' });
    await output.getByText('at the second attempt', { exact: true }).waitFor();
    await page.getByText('Completed', { exact: true }).first().waitFor();
    expect(await runyard.ended(job)).toMatchObject({ status: 'completed', conclusion: 'success' });
  });

  it('that does not exist is said not to', async () => {
    const { page } = await open('/jobs/1-1');
    await page.getByRole('heading', { name: 'There is no such job' }).waitFor();
  });
});

describe('the list of jobs', () => {
  it('is filtered by its address, and follows what happens', async () => {
    const [ignored] = await github.queue('acme/windows', [
      { name: 'on windows', labels: ['windows-latest'] },
    ]);
    if (!ignored) throw new Error('The simulator queued no job');
    await runyard.until(ignored, (one) => one.status === 'ignored');
    const { page } = await open('/jobs');
    const rows = page.getByRole('table').getByRole('row');
    await rows.filter({ hasText: 'on windows' }).waitFor();

    await page.getByLabel('Label').fill('windows-latest');
    await page.getByLabel('Label').press('Enter');
    await page.getByText('One job shown').waitFor();
    expect(page.url()).toBe(`${system.api}/jobs?label=windows-latest`);
    await page.reload();
    await page.getByText('One job shown').waitFor();
    expect(await page.getByLabel('Label').inputValue()).toBe('windows-latest');

    await page.getByLabel('Repository').fill('acme/nobody');
    await page.getByLabel('Repository').press('Enter');
    await page.getByRole('heading', { name: 'No job matches' }).waitFor();
    await page.goBack();
    await page.getByText('One job shown').waitFor();

    await live(page).waitFor();
    await github.queue('acme/windows', [{ name: 'again', labels: ['windows-latest'] }]);
    await rows.filter({ hasText: 'again' }).filter({ hasText: 'Ignored' }).waitFor();
    await github.queue('acme/windows', [{ name: 'elsewhere', labels: ['macos-latest'] }]);
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await rows.filter({ hasText: 'elsewhere' }).waitFor();
  });

  it('loads more on demand', async () => {
    await github.queue('acme/many', [{ name: 'one of many', labels: ['macos-latest'] }], {
      count: 60,
    });
    await github.call('GET', '/deliveries/idle');
    const { page } = await open('/jobs?repository=acme/many');
    const rows = page.getByRole('table').getByRole('row').filter({ hasText: 'one of many' });
    await rows.nth(49).waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('All 60 jobs shown').waitFor();
    expect(await rows.count()).toBe(60);
  });
});

it.each([
  { look: 'light', colorScheme: 'light', viewport: WIDE },
  { look: 'dark', colorScheme: 'dark', viewport: WIDE },
  { look: 'narrow', colorScheme: 'light', viewport: NARROW },
] as const)('axe has no serious finding on any page: $look', async (options) => {
  const { look, colorScheme, viewport } = options;
  const storageState = await context.storageState();
  const visitor = await browser.newContext({ viewport, colorScheme, storageState });
  const job = await github.queueScript('acme/looks', 'echo done');
  const { id } = await runyard.ended(job);
  const pages = [
    { path: '/', heading: 'Overview', title: 'Overview', picture: 'overview' },
    { path: '/jobs', heading: 'Jobs', title: 'Jobs', picture: 'jobs' },
    { path: `/jobs/${id}`, heading: 'job', title: 'job · acme/looks', picture: 'job' },
    { path: '/nowhere', heading: 'There is no such page', title: 'Not found', picture: 'nowhere' },
  ];
  for (const { path, heading, title, picture } of pages) {
    const { page } = await open(path, visitor);
    await page.getByRole('heading', { name: heading, level: 1, exact: true }).waitFor();
    await live(page).waitFor();
    await page.locator('[aria-label="Loading"]').waitFor({ state: 'detached' });
    expect(await page.title()).toBe(`${title} · Runyard`);
    expect(await seriousFindings(page), path).toEqual([]);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width, `${path} scrolls sideways`).toBeLessThanOrEqual(viewport.width);
    await keepScreenshot(page, `dashboard-${picture}-${look}`);
  }
  await visitor.close();
});

describe('the keyboard', () => {
  it('reaches the content first, and the focus follows to the next page', async () => {
    const { page } = await open('/');
    await live(page).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.getByRole('link', { name: 'Jobs', exact: true }).press('Enter');
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('opens and closes the navigation on a narrow screen', async () => {
    const { page } = await open('/');
    await page.setViewportSize(NARROW);
    await page.getByRole('button', { name: 'Open the navigation' }).press('Enter');
    await page.getByRole('link', { name: 'Jobs', exact: true }).press('Enter');
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Open the navigation' }).waitFor();
  });
});
