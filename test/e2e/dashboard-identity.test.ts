import { readFile } from 'node:fs/promises';
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
import { takeSecret } from '../parts/take-secret.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

let system: Testbed['system'];
let github: Testbed['github'];
let runyard: Testbed['runyard'];
let ada: Credentials;
let browser: Browser;
/** Of an administrator who is signed in. */
let context: BrowserContext;
const opened: WatchedPage[] = [];

beforeAll(async () => {
  ({ system, github, runyard } = await startTestbed('dashboard-identity', {
    REGISTRATION_TARGETS: 'acme',
  }));
  ada = await createAccount(runyard, 'ada', 'admin');
  // Where GitHub is simulated, organizations are made by their first job.
  await runyard.ended(await github.queueScript('acme/web', 'echo done'));
  browser = await startBrowser();
  context = await signedIn(ada);
});
afterEach(async ({ task }) => {
  for (const { page, misdeeds } of opened.splice(0)) {
    if (task.result?.state === 'fail' && !page.isClosed())
      await keepScreenshot(page, `failed-${task.id}`);
    await page.close({ runBeforeUnload: false });
    if (misdeeds.length > 0) throw new Error(`The page ${misdeeds.join(', ')}`);
  }
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

async function open(path: string, within = context): Promise<Page> {
  const watched = await openWatchedPage(within, system.api, path);
  opened.push(watched);
  return watched.page;
}

async function signedIn(who: Credentials): Promise<BrowserContext> {
  const own = await browser.newContext({ viewport: WIDE, acceptDownloads: true });
  const page = await open('/account', own);
  await signIn(page, who);
  await page.getByRole('heading', { name: 'Account', level: 1 }).waitFor();
  return own;
}

const live = (page: Page) => page.getByRole('status').filter({ hasText: 'Updates: Live' });
const dialog = (page: Page, name?: string | RegExp) =>
  page.getByRole('dialog', ...(name === undefined ? [] : [{ name }]));
const rowOf = (page: Page, table: string, text: string) =>
  page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: text });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Opens a page by the navigation, so that there is one to go back to. */
async function openByNavigation(label: string): Promise<Page> {
  const page = await open('/jobs');
  // The one to the account also says whose.
  await page.getByRole('link', { name: new RegExp(`^${label}`) }).click();
  await page.getByRole('heading', { name: label, level: 1 }).waitFor();
  return page;
}

describe('sessions', () => {
  it('say what is wrong with a sign-in, and when to try again', async () => {
    const victim = await createAccount(runyard, 'victim', 'viewer');
    const stranger = await browser.newContext({ viewport: WIDE });
    const page = await open('/?sign_in_error=no_such_code', stranger);
    await page.getByRole('alert').filter({ hasText: 'no_such_code' }).waitFor();
    expect(page.url()).toBe(`${system.api}/`);
    const locked = page.getByRole('alert').filter({ hasText: /Too many sign-ins failed. Wait \d/ });
    const wrong = page.getByRole('alert').filter({ hasText: 'password is wrong' });
    for (let tries = 0; tries < 20 && !(await locked.isVisible()); tries += 1) {
      const answered = page.waitForResponse(`${system.api}/api/auth/login`);
      await signIn(page, { ...victim, password: `guess ${tries}` });
      await answered;
      await wrong.or(locked).waitFor();
    }
    await locked.waitFor();
    await keepScreenshot(page, 'dashboard-locked-out');
    await stranger.close();
  });

  it('are renewed once for all tabs when the access token has lapsed', async () => {
    const own = await signedIn(await createAccount(runyard, 'tabs', 'viewer'));
    const first = await open('/account', own);
    const second = await open('/jobs', own);
    // Only then is nothing more asked for by itself.
    await first.getByText('this one').waitFor();
    await live(first).waitFor();
    await live(second).waitFor();
    const renewals: number[] = [];
    own.on('response', (response) => {
      if (response.url().endsWith('/api/auth/refresh')) renewals.push(response.status());
    });
    const { cookies } = await own.storageState();
    const before = cookies.find(({ name }) => name === 'runyard_refresh')?.value;
    await own.clearCookies({ name: 'runyard_access' });
    await Promise.all([first.reload(), second.reload()]);
    await first.getByText('this one').waitFor();
    await second.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    expect(renewals).toEqual([200]);
    const after = (await own.cookies()).find(({ name }) => name === 'runyard_refresh')?.value;
    expect(after).not.toBe(before);
    await live(second).waitFor();
    await own.close();
  });

  it('are listed, and ended by whoever they belong to', async () => {
    const grace = await createAccount(runyard, 'grace', 'operator');
    const here = await signedIn(grace);
    const elsewhere = await signedIn(grace);
    const page = await open('/account', here);
    const sessions = page.getByRole('table', { name: 'Your sessions' }).getByRole('row');
    await sessions.filter({ hasText: 'this one' }).waitFor();
    expect(await sessions.count()).toBe(3);
    await button(page, 'End all others').click();
    await button(page, 'End all others').waitFor({ state: 'detached' });
    const other = await open('/account', elsewhere);
    await other.getByLabel('Username').waitFor();

    await button(page, 'Sign out').click();
    await page.getByLabel('Username').waitFor();
    expect(await here.cookies()).toEqual([]);
    await here.close();
    await elsewhere.close();
  });
});

describe('one’s own account', () => {
  it('changes its password', async () => {
    const who = await createAccount(runyard, 'hedy', 'viewer');
    const own = await signedIn(who);
    const page = await open('/account', own);
    const fill = async (current: string, next: string) => {
      await page.getByLabel('Current password').fill(current);
      await page.getByLabel('New password', { exact: true }).fill(next);
      await page.getByLabel('New password again').fill(next);
      await button(page, 'Change the password').click();
    };
    await fill(who.password, 'short');
    await page.getByText('At least 12 characters', { exact: true }).waitFor();
    await fill('not the password', 'a long enough sentence');
    await page.getByRole('alert').waitFor();
    await fill(who.password, 'a long enough sentence');
    await page.getByText('The password is changed').waitFor();
    await own.close();
    const again = await signedIn({ ...who, password: 'a long enough sentence' });
    await again.close();
  });

  it('makes an API token that is shown once, and revokes it', async () => {
    const page = await openByNavigation('Account');
    await button(page, 'New token').click();
    await dialog(page).getByLabel('Name').fill('nightly report');
    await dialog(page).getByRole('combobox', { name: 'Permissions' }).click();
    await page.getByRole('option', { name: 'jobs:read' }).click();
    await dialog(page).getByLabel('Name').click();
    expect(await seriousFindings(page)).toEqual([]);
    await keepScreenshot(page, 'dashboard-new-token');
    await button(page, 'Make the token').click();
    await dialog(page, /nightly report/).waitFor();
    const token = await takeSecret(page, 'API token');
    const call = (path: string) =>
      fetch(`${system.api}${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await call('/api/jobs')).status).toBe(200);
    expect((await call('/api/auth/users')).status).toBe(403);

    await rowOf(page, 'Your API tokens', 'nightly report').waitFor();
    await button(page, 'Revoke nightly report').click();
    await button(page, 'Revoke the token').click();
    await rowOf(page, 'Your API tokens', 'nightly report').waitFor({ state: 'detached' });
    expect((await call('/api/jobs')).status).toBe(401);
  });
});

describe('users', () => {
  it('are created with a password that is shown once, changed, and deleted', async () => {
    const page = await openByNavigation('Users');
    await button(page, 'New user').click();
    await dialog(page).getByLabel('Username').fill('linus');
    await dialog(page).getByLabel('Name', { exact: true }).fill('Linus Example');
    await dialog(page).getByLabel('E-mail').fill('no address');
    await button(page, 'Create the user').click();
    await dialog(page).getByRole('alert').waitFor();
    await dialog(page).getByLabel('E-mail').fill('linus@example.org');
    expect(await seriousFindings(page)).toEqual([]);
    await keepScreenshot(page, 'dashboard-new-user');
    await button(page, 'Create the user').click();
    await dialog(page, 'The password of linus').waitFor();
    await keepScreenshot(page, 'dashboard-initial-password');
    const password = await takeSecret(page, 'Initial password');
    const own = await signedIn({ username: 'linus', password });

    // A viewer is not offered what is not for viewers, and is told so at its address.
    const his = await open('/users', own);
    await his.getByRole('heading', { name: 'You may not see this page' }).waitFor();
    expect(await his.getByRole('navigation').getByRole('link', { name: 'Users' }).count()).toBe(0);
    expect(await seriousFindings(his)).toEqual([]);
    await keepScreenshot(his, 'dashboard-not-permitted');

    await button(page, 'Edit linus').click();
    await dialog(page).getByLabel('Active').uncheck();
    await button(page, 'Save').click();
    await rowOf(page, 'Users', 'linus').filter({ hasText: 'Not active' }).waitFor();
    await his.reload();
    await his.getByLabel('Username').waitFor();
    await own.close();

    await button(page, 'Delete linus').click();
    await button(page, 'Delete the user').click();
    await rowOf(page, 'Users', 'linus').waitFor({ state: 'detached' });
  });

  it('do not take away their own rights', async () => {
    const page = await open('/users');
    await rowOf(page, 'Users', 'you').waitFor();
    await button(page, 'Delete ada').click();
    await button(page, 'Delete the user').click();
    await dialog(page).getByRole('alert').waitFor();
    await keepScreenshot(page, 'dashboard-own-account');
    await button(page, 'Keep it').click();
    await rowOf(page, 'Users', 'ada').waitFor();
  });
});

describe('teams and own runners', () => {
  it('a team is made with a member and a policy', async () => {
    const page = await open('/teams');
    await button(page, 'New team').click();
    await dialog(page).getByLabel('Name').fill('Not A Name');
    await button(page, 'Create the team').click();
    await dialog(page).getByText('lower-case').first().waitFor();
    await dialog(page).getByLabel('Name').fill('web');
    await dialog(page).getByRole('combobox', { name: 'Repositories' }).fill('acme/web');
    await dialog(page).getByLabel('Target').fill('acme');
    await button(page, 'Create the team').click();
    await page.getByRole('main').getByRole('link', { name: 'web', exact: true }).click();
    await page.getByRole('heading', { name: 'web', level: 1 }).waitFor();
    await page.getByLabel('Username', { exact: true }).fill('ada');
    await button(page, 'Add').click();
    await rowOf(page, 'Members', 'ada').waitFor();

    await button(page, 'Set a policy').click();
    await dialog(page).getByRole('combobox', { name: 'Allowed labels' }).fill('gpu-*,docker,');
    await dialog(page).getByRole('combobox', { name: 'Denied labels' }).fill('gpu-h100,');
    await dialog(page).getByLabel('Runners at once').fill('2');
    expect(await seriousFindings(page)).toEqual([]);
    await keepScreenshot(page, 'dashboard-policy');
    await button(page, 'Save the policy').click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByText('gpu-*').waitFor();
  });

  it('a runner is provisioned under the policy, its secret shown once, and deleted', async () => {
    const page = await openByNavigation('Own runners');
    await button(page, 'Provision a runner').click();
    await dialog(page).getByText('0 of 2 at once').waitFor();
    await dialog(page).getByLabel('Name').fill('build-box-1');
    const labels = dialog(page).getByRole('combobox', { name: 'Labels' });
    await labels.fill('gpu-h100,');
    await button(page, 'Provision').click();
    await dialog(page).getByRole('alert').filter({ hasText: 'gpu-h100' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await keepScreenshot(page, 'dashboard-policy-refusal');
    await labels.press('Backspace');
    await labels.fill('gpu-a100,');
    await dialog(page).getByRole('radio', { name: 'Registration token' }).check();
    await button(page, 'Provision').click();
    await dialog(page, 'The runner build-box-1').waitFor();
    await keepScreenshot(page, 'dashboard-credential');
    const command = await page.getByRole('region', { name: 'Command', exact: true }).textContent();
    const token = await takeSecret(page, 'Registration token');
    expect(command).toContain('./config.sh');
    expect(command).toContain(token);
    await rowOf(page, 'Own runners', 'build-box-1').filter({ hasText: 'Pending' }).waitFor();
    await keepScreenshot(page, 'dashboard-runners');

    await button(page, 'Delete build-box-1').click();
    await button(page, 'Delete the runner').click();
    await rowOf(page, 'Own runners', 'build-box-1').waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'No runner of your own yet' }).waitFor();
  });
});

describe('the audit log', () => {
  it('is filtered by its address, and tells a whole story', async () => {
    const page = await open('/audit?category=user_management');
    const row = page.getByRole('row').filter({ hasText: 'user.created' }).first();
    await row.waitFor();
    await page.getByLabel('Text').fill('linus');
    await page.getByLabel('Text').press('Enter');
    await page.getByRole('row').filter({ hasText: 'user.deleted' }).first().waitFor();
    expect(new URL(page.url()).searchParams.get('text')).toBe('linus');
    await row.getByRole('button').click();
    const event = dialog(page, 'Audit event');
    await event.getByText('Hash before').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await keepScreenshot(page, 'dashboard-audit-event');
    await event.getByRole('link', { name: 'Whole story' }).click();
    await event.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('correlation_id')).toBeTruthy();
    await page.getByRole('row').filter({ hasText: 'user.created' }).waitFor();
    await button(page, 'Clear').click();
    await page.getByRole('row').filter({ hasText: 'session.started' }).first().waitFor();
  });

  it('is exported as it is filtered', async () => {
    const page = await open('/audit?type=user.created');
    await page.getByRole('row').filter({ hasText: 'user.created' }).first().waitFor();
    const download = page.waitForEvent('download');
    await button(page, 'Export').click();
    await page.getByRole('menuitem', { name: /CSV/ }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^runyard-audit-.*\.csv$/);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.slice(1).filter((line) => !line.includes('user.created'))).toEqual([]);
  });

  it('is verified', async () => {
    const page = await open('/audit');
    await button(page, 'Verify').click();
    await page.getByText('The audit log is whole').waitFor();
    await page.getByText(/[1-9]\d* events?, .* checked in/).waitFor();
    await keepScreenshot(page, 'dashboard-audit-verified');
  });

  it('is reached from a job', async () => {
    const job = await github.queueScript('acme/story', 'echo done');
    const { id } = await runyard.ended(job);
    const page = await open(`/jobs/${id}`);
    await page.getByRole('link', { name: 'Audit story' }).click();
    await page.getByRole('row').filter({ hasText: 'job.queued' }).waitFor();
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
  const pages = [
    { path: '/account', title: 'Account' },
    { path: '/users', title: 'Users' },
    { path: '/teams', title: 'Teams and policies' },
    { path: '/teams/web', heading: 'web', title: 'Team web', picture: 'team' },
    { path: '/runners?status=expired,deleted', title: 'Own runners', picture: 'runners' },
    { path: '/audit', title: 'Audit' },
    { path: '/security', title: 'Security events' },
  ];
  for (const { path, title, heading = title, picture = path.slice(1) } of pages) {
    const page = await open(path, visitor);
    await page.getByRole('heading', { name: heading, level: 1, exact: true }).waitFor();
    await page.locator('[aria-label="Loading"]').first().waitFor({ state: 'detached' });
    await page.getByRole('table').first().waitFor();
    expect(await page.title()).toBe(`${title} · Runyard`);
    expect(await seriousFindings(page), path).toEqual([]);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width, `${path} scrolls sideways`).toBeLessThanOrEqual(viewport.width);
    await keepScreenshot(page, `dashboard-${picture}-${look}`);
    // A browser has six connections to a server, and each page holds one for the live events.
    await page.close();
  }
  await visitor.close();
});
