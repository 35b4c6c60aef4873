import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { APP_ID, privateKey, startTestGithub, type TestGithub } from '../simulator.world.ts';

let github: TestGithub;
beforeAll(async () => {
  github = await startTestGithub();
});
afterAll(() => github.close());

const now = () => Math.floor(Date.now() / 1000);

async function getApp(authorization: string | null): Promise<{ status: number; message: string }> {
  const answer = await fetch(`${github.simulator.url}/app`, {
    headers: authorization === null ? {} : { authorization },
  });
  const { message } = (await answer.json()) as { message: string };
  return { status: answer.status, message };
}

async function appToken(
  claims: { iss?: string; iat?: number; exp?: number },
  key: KeyObject = privateKey,
): Promise<string> {
  const token = await new SignJWT({
    iss: String(APP_ID),
    iat: now() - 60,
    exp: now() + 540,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(key);
  return `Bearer ${token}`;
}

it('lets the App in by its own JWT', async () => {
  expect((await getApp(await appToken({}))).status).toBe(200);
});

it('refuses a request without credentials', async () => {
  expect(await getApp(null)).toEqual({ status: 401, message: 'Requires authentication' });
});

it('refuses a JWT of another key', async () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  expect(await getApp(await appToken({}, other))).toEqual({
    status: 401,
    message: 'A JSON web token could not be decoded',
  });
});

it('refuses a JWT of another App', async () => {
  expect((await getApp(await appToken({ iss: '1' }))).status).toBe(404);
});

it('refuses a JWT that lives for more than ten minutes', async () => {
  const answer = await getApp(await appToken({ exp: now() + 1200 }));
  expect(answer).toMatchObject({ status: 401, message: expect.stringContaining('too far') });
});

it('refuses a JWT that is over, and one from the future', async () => {
  const over = await getApp(await appToken({ iat: now() - 900, exp: now() - 300 }));
  expect(over).toMatchObject({ status: 401, message: expect.stringContaining("'exp'") });
  const future = await getApp(await appToken({ iat: now() + 300 }));
  expect(future).toMatchObject({ status: 401, message: expect.stringContaining("'iat'") });
});

it('refuses an unknown token, and one that has expired', async () => {
  expect(await getApp('token ghs_unknown')).toEqual({ status: 401, message: 'Bad credentials' });
  await github.octokit('acme');
  await github.control('PATCH', '/settings', { installation_token_seconds: 0 });
  const { data: installation } = await github.app.octokit.request('GET /orgs/{org}/installation', {
    org: 'acme',
  });
  const { data } = await github.app.octokit.request(
    'POST /app/installations/{installation_id}/access_tokens',
    { installation_id: installation.id },
  );
  const answer = await fetch(`${github.simulator.url}/installation/repositories`, {
    headers: { authorization: `token ${data.token}` },
  });
  expect(answer.status).toBe(401);
});
