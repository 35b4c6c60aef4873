import { randomUUID } from 'node:crypto';
import getPort from 'get-port';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepScreenshot, startBrowser } from '../parts/browser.ts';
import { AUDIENCE, IdentityProvider } from '../parts/identity-provider.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';

const accounts = {
  ada: {
    sub: 'ada-1',
    name: 'Ada Lovelace',
    preferred_username: 'ada',
    email: 'ada@acme.example',
    email_verified: true,
    groups: ['builders'],
  },
  eve: { sub: 'eve-1', name: 'Eve', preferred_username: 'eve', groups: ['others'] },
};

let system: Testbed['system'];
let github: Testbed['github'];
let runyard: Testbed['runyard'];
let provider: IdentityProvider;
let browser: Browser;

beforeAll(async () => {
  const client = { id: 'runyard', secret: randomUUID() };
  // The system knows the provider's address before there is a provider: it must start without.
  const port = await getPort({ host: '127.0.0.1' });
  ({ system, github, runyard } = await startTestbed('oidc', {
    OIDC_ISSUERS: JSON.stringify([
      {
        id: 'acme',
        name: 'Acme',
        issuer: `http://127.0.0.1:${port}`,
        audience: AUDIENCE,
        client_id: client.id,
        client_secret: client.secret,
        roles: [{ claim: 'groups', value: 'builders', role: 'operator', scope: 'teams' }],
      },
    ]),
  }));
  provider = await IdentityProvider.start({
    port,
    client: { ...client, redirectUris: [`${system.api}/api/auth/oidc/callback`] },
    accounts,
  });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await provider?.stop();
  await system?.stop();
});

/** From the dashboard to the provider, and back. */
async function signInAs(name: string, path = '/'): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${system.api}${path}`);
  await page.getByRole('link', { name: 'Sign in with Acme' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Continue' }).click();
  return page;
}

const rows = (page: Page) => page.getByRole('row').filter({ hasText: /octo|acme/ });

describe('signing in by an identity provider', () => {
  it('leads to the page that was asked for, which shows the own teams alone', async () => {
    const own = await runyard.request('POST', '/api/v1/admin/teams', {
      name: 'builders',
      repositories: ['acme/web'],
    });
    expect(await own.text()).toContain('builders');
    await runyard.request('POST', '/api/v1/admin/teams/builders/members', {
      kind: 'claim',
      claim: 'groups',
      value: 'builders',
    });
    const jobs = await Promise.all(
      ['acme/web', 'acme/api'].map((repository) => github.queueScript(repository, 'true')),
    );
    await Promise.all(jobs.map((job) => runyard.ended(job)));

    const page = await signInAs('ada', '/jobs');
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    expect(page.url()).toBe(`${system.api}/jobs`);
    await rows(page).filter({ hasText: 'acme/web' }).first().waitFor();
    expect(await rows(page).filter({ hasText: 'acme/api' }).count()).toBe(0);
    await keepScreenshot(page, 'oidc-signed-in');

    const script = 'fetch("/api/auth/profile").then((response) => response.json())';
    expect(await page.evaluate(script)).toMatchObject({
      username: 'ada',
      role: 'operator',
      teams: ['builders'],
    });
    const readable = await page.evaluate<string>('document.cookie');
    expect(readable).toMatch(/^runyard_csrf=[^;]+$/);
    await page.context().close();
  });

  it('says why somebody without a role may not', async () => {
    const page = await signInAs('eve');
    await page.getByRole('alert').filter({ hasText: 'gives you a role' }).waitFor();
    await keepScreenshot(page, 'oidc-refused');
    await page.context().close();
  });

  it('takes the same provider’s token at the API', async () => {
    const ask = (token: string) =>
      fetch(`${system.api}/api/auth/profile`, { headers: { Authorization: `Bearer ${token}` } });
    const good = await ask(await provider.sign({ groups: ['builders'] }));
    expect(await good.json()).toMatchObject({ role: 'member', teams: ['builders'] });
    const late = await ask(await provider.sign({ exp: 1 }));
    expect([late.status, late.headers.get('WWW-Authenticate')]).toEqual([
      401,
      'Bearer error="invalid_token", error_description="The token has expired"',
    ]);
  });
});
