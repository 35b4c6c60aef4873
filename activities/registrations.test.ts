import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  APP_ID,
  privateKey,
  startTestGithub,
  type TestGithub,
} from '../simulator/simulator.world.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { GITHUB_REFUSED, RATE_LIMITED } from '../workflows/contracts/control-activities.ts';
import {
  NAME_TAKEN_AT_GITHUB,
  type RegistrationGrant,
  RUNNER_GROUP_UNKNOWN,
} from '../workflows/contracts/registration.ts';
import type { RegistrationActivities } from '../workflows/contracts/registration-activities.ts';
import { createGithubClient } from './github/client.ts';
import { createRegistrationActivities } from './registrations.ts';

let test: TestDatabase;
let github: TestGithub;
let activities: RegistrationActivities;
const provisions: { mode: string; outcome: string }[] = [];
const statuses: number[] = [];

beforeAll(async () => {
  [test, github] = await Promise.all([createTestDatabase(), startTestGithub()]);
  // the App is installed there
  await github.octokit('acme');
  activities = createRegistrationActivities({
    database: test.database,
    github: createGithubClient({
      appId: String(APP_ID),
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      apiUrl: github.simulator.url,
      observe: ({ status }) => statuses.push(status),
    }),
    observe: (provision) => provisions.push(provision),
  });
});
afterAll(() => Promise.all([github.close(), test.drop()]));

let count = 0;
let target: string;
beforeEach(async () => {
  count += 1;
  target = `acme/provisioned-${count}`;
  await github.control('POST', '/repositories', { full_name: target });
});

function grantOf(more: Partial<RegistrationGrant> = {}): RegistrationGrant {
  return {
    name: `runner-${randomUUID().slice(0, 8)}`,
    target,
    installationId: 0,
    labels: ['self-hosted', 'gpu'],
    runnerGroup: 'Default',
    mode: 'jit',
    ephemeral: true,
    ...more,
  };
}

async function recorded(grant: RegistrationGrant) {
  const { name, labels, runnerGroup, mode, ephemeral } = grant;
  const { id } = await test.database.registration.create({
    data: {
      ...{ name, target: grant.target, labels: [...labels], runnerGroup, mode, ephemeral },
      installationId: 0,
      owner: 'user:ada',
      ownerName: 'Ada',
      correlationId: 'c',
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  return id;
}

async function register(grant: RegistrationGrant) {
  const id = await recorded(grant);
  const prepared = await activities.prepareRegistration({ ...grant, id });
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const order = { ...grant, ...prepared, expiresAt };
  const registered = (await activities.registerAtGithub(order)).reveal();
  const { name, installationId } = order;
  const { githubRunnerId } = registered;
  const reference = { name, target: grant.target, installationId, githubRunnerId };
  return { id, order, registered, reference };
}

interface ControlRunner {
  id: number;
  name: string;
  labels: string[];
}
const runnersNamed = async (name: string) =>
  (await github.control<{ runners: ControlRunner[] }>('GET', `/runners?name=${name}`)).runners;
const configure = (body: object) => github.control<ControlRunner>('POST', '/runners', body);
const read = (id: string) => test.database.registration.findUniqueOrThrow({ where: { id } });
async function events(id: string) {
  const rows = await test.owner.$queryRaw<{ content: string }[]>`
    SELECT content FROM audit_pending WHERE content LIKE ${`%${id}%`} ORDER BY 1`;
  return rows.map(({ content }) => JSON.parse(content) as { type: string; outcome: string });
}
const typesOf = async (id: string) => (await events(id)).map(({ type }) => type);

describe('provisioning', () => {
  it('makes a configuration for a repository, and finds the installation', async () => {
    const grant = grantOf();
    const { order, registered } = await register(grant);
    expect(order).toMatchObject({ runnerGroupId: null });
    expect(order.installationId).toBeGreaterThan(0);
    expect(registered.credential).toMatchObject({ mode: 'jit', expiresAt: order.expiresAt });
    const [runner] = await runnersNamed(grant.name);
    expect(runner).toMatchObject({ id: registered.githubRunnerId, labels: ['self-hosted', 'gpu'] });
    expect(provisions.at(-1)).toEqual({ mode: 'jit', outcome: 'registered' });
  });

  it('makes a token, for an organization too', async () => {
    const grant = grantOf({ mode: 'registration_token', target: 'acme' });
    const { registered } = await register(grant);
    expect(registered.githubRunnerId).toBeNull();
    const { credential } = registered;
    if (credential.mode !== 'registration_token') throw new TypeError('It is no token');
    const life = Date.parse(credential.expiresAt) - Date.now();
    expect(Math.abs(life - 3_600_000)).toBeLessThan(60_000);
    expect(await configure({ token: credential.token, name: grant.name })).toMatchObject({
      organization: 'acme',
    });
  });

  it('serves several installations', async () => {
    await github.control('POST', '/repositories', { full_name: 'another/repository' });
    const { order } = await register(grantOf({ target: 'another/repository' }));
    const { order: first } = await register(grantOf());
    expect(order.installationId).not.toBe(first.installationId);
  });

  it('finds runner groups by name, on whichever page', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `group-${index}`);
    for (const name of names) {
      await github.control('POST', '/organizations/acme/runner-groups', { name });
    }
    const { order } = await register(grantOf({ target: 'acme', runnerGroup: 'GROUP-100' }));
    expect(order.runnerGroupId).toBeGreaterThan(101);
    await expect(register(grantOf({ target: 'acme', runnerGroup: 'none' }))).rejects.toMatchObject({
      type: RUNNER_GROUP_UNKNOWN,
    });
    await expect(register(grantOf({ runnerGroup: 'group-1' }))).rejects.toMatchObject({
      type: RUNNER_GROUP_UNKNOWN,
    });
  });

  it('makes one registration when an answer is lost', async () => {
    await github.control('POST', '/faults', {
      ...{ kind: 'dropped_after', method: 'POST', route: '/repos/**' },
    });
    const grant = grantOf();
    const id = await recorded(grant);
    const prepared = await activities.prepareRegistration({ ...grant, id });
    const order = { ...grant, ...prepared, expiresAt: new Date().toISOString() };
    await expect(activities.registerAtGithub(order)).rejects.toMatchObject({
      type: 'GithubUnavailable',
    });
    const [lost] = await runnersNamed(grant.name);
    const registered = (await activities.registerAtGithub(order)).reveal();
    const runners = await runnersNamed(grant.name);
    expect(runners).toMatchObject([{ id: registered.githubRunnerId }]);
    expect(runners[0]?.id).not.toBe(lost?.id);
  });

  it('takes no name that somebody else has, in whatever case', async () => {
    const grant = grantOf();
    await register(grant);
    const upper = { ...grant, name: grant.name.toUpperCase() };
    await expect(register(upper)).rejects.toMatchObject({ code: 'P2002' });
    await test.database.registration.updateMany({ data: { removedAt: new Date() } });
    await expect(register(upper)).rejects.toMatchObject({ type: NAME_TAKEN_AT_GITHUB });
  });

  it('leaves a runner alone that took the name in the last moment', async () => {
    const grant = grantOf();
    const id = await recorded(grant);
    const prepared = await activities.prepareRegistration({ ...grant, id });
    const { registered: token } = await register(grantOf({ mode: 'registration_token' }));
    if (token.credential.mode !== 'registration_token') throw new TypeError('It is no token');
    const foreign = await configure({ token: token.credential.token, name: grant.name });
    const order = { ...grant, ...prepared, expiresAt: new Date().toISOString() };
    await expect(activities.registerAtGithub(order)).rejects.toMatchObject({
      type: NAME_TAKEN_AT_GITHUB,
    });
    await activities.discardLeftOver(grant);
    expect(await runnersNamed(grant.name)).toMatchObject([{ id: foreign.id }]);
  });

  it('removes what was made and not answered', async () => {
    const grant = grantOf();
    await register(grant);
    await activities.discardLeftOver(grant);
    await activities.discardLeftOver(grant);
    expect(await runnersNamed(grant.name)).toEqual([]);
  });

  it('asks GitHub for nothing that was given up', async () => {
    const grant = grantOf();
    const id = await recorded(grant);
    await test.database.registration.update({ where: { id }, data: { removedAt: new Date() } });
    const before = statuses.length;
    await expect(activities.prepareRegistration({ ...grant, id })).rejects.toMatchObject({
      type: GITHUB_REFUSED,
    });
    expect(statuses.length).toBe(before);
  });

  it('says that the App is not installed', async () => {
    await expect(register(grantOf({ target: 'nobody' }))).rejects.toMatchObject({
      type: GITHUB_REFUSED,
      message: expect.stringContaining('install the GitHub App'),
    });
  });
});

describe('a look', () => {
  it('tells of the runner, and costs no budget while nothing has changed', async () => {
    const { id, reference } = await register(grantOf());
    const first = await activities.lookAtRunner({ ...reference, id });
    expect(first.runner).toMatchObject({
      online: false,
      busy: false,
      labels: ['self-hosted', 'gpu'],
    });
    const second = await activities.lookAtRunner({ ...reference, id });
    expect(statuses.at(-1)).toBe(304);
    expect(second.runner).toEqual(first.runner);
    expect(second.budget).toEqual(first.budget);
    await github.control('POST', `/runners/${reference.githubRunnerId}/online`);
    expect(await activities.lookAtRunner({ ...reference, id })).toMatchObject({
      runner: { online: true },
    });
    expect((await read(id)).checkedAt).not.toBeNull();
  });

  it('takes another runner of that name for none, unless any will do', async () => {
    const { id, reference } = await register(grantOf());
    const other = { ...reference, id, githubRunnerId: 1 };
    expect(await activities.lookAtRunner(other)).toMatchObject({ runner: null });
    expect(await activities.lookAtRunner({ ...other, githubRunnerId: null })).toMatchObject({
      runner: { id: reference.githubRunnerId },
    });
  });

  it('says until when GitHub wants to be left alone', async () => {
    const { id, reference } = await register(grantOf());
    await github.control('POST', '/faults', { kind: 'rate_limited', retry_after: 60 });
    await expect(activities.lookAtRunner({ ...reference, id })).rejects.toMatchObject({
      type: RATE_LIMITED,
      details: [expect.stringMatching(/^20/)],
    });
  });
});

describe('a removal', () => {
  it('removes once, and lets a runner be that is at work, but for its labels', async () => {
    const { id, reference } = await register(grantOf());
    const job = await github.queue(target);
    await github.control('POST', `/runners/${reference.githubRunnerId}/online`);
    await github.waitFor(job, 'in_progress');
    expect(await activities.removeRunnerAtGithub(reference)).toBe('busy');
    await activities.replaceLabels({ ...reference, labels: ['other'] });
    expect(await activities.lookAtRunner({ ...reference, id })).toMatchObject({
      runner: { busy: true, labels: ['self-hosted', 'other'] },
    });
    await github.control('POST', `/jobs/${job.id}/complete`, { conclusion: 'success' });
    expect(await activities.removeRunnerAtGithub(reference)).toBe('absent');
    const { reference: next } = await register(grantOf());
    expect(await activities.removeRunnerAtGithub({ ...next, githubRunnerId: null })).toBe(
      'removed',
    );
    expect(await activities.removeRunnerAtGithub(next)).toBe('absent');
    await activities.replaceLabels({ ...next, labels: [] });
  });
});

describe('the record', () => {
  const change = (id: string, status: 'pending' | 'online' | 'idle' | 'offline') => ({
    ...{ id, correlationId: 'c', status, detail: status, githubRunnerId: 5 },
  });

  it('follows the runner, with each event once', async () => {
    const id = await recorded(grantOf());
    const expiresAt = '2030-01-01T00:00:00.000Z';
    await activities.recordRegistration({ ...change(id, 'pending'), installationId: 7, expiresAt });
    expect(await read(id)).toMatchObject({ installationId: 7n, githubRunnerId: 5n });
    for (const status of ['online', 'online', 'idle', 'offline', 'offline'] as const) {
      expect(await activities.recordRegistration(change(id, status))).toBe(true);
    }
    const offline = await read(id);
    expect(offline.onlineAt).not.toBeNull();
    expect(offline.offlineAt).not.toBeNull();
    await activities.recordRegistration(change(id, 'idle'));
    expect(await read(id)).toMatchObject({ onlineAt: offline.onlineAt, offlineAt: null });
    const end = { ...change(id, 'idle'), status: 'deleted', end: 'removed' } as const;
    expect(await activities.recordRegistration(end)).toBe(true);
    expect(await activities.recordRegistration(end)).toBe(false);
    expect(await activities.recordRegistration(change(id, 'idle'))).toBe(false);
    const closed = await read(id);
    expect(closed).toMatchObject({ status: 'deleted' });
    expect(closed.removedAt).not.toBeNull();
    expect((await typesOf(id)).toSorted()).toEqual([
      'registration.deleted',
      'registration.offline',
      'registration.online',
      'registration.online',
    ]);
  });

  it.each([
    ['refused', 'deleted', [{ type: 'registration.provisioned', outcome: 'failure' }]],
    ['expired', 'expired', [{ type: 'registration.expired', outcome: 'success' }]],
    ['asked', 'deleted', []],
  ] as const)('is closed as %s', async (end, status, expected) => {
    const id = await recorded(grantOf());
    await activities.recordRegistration({ ...change(id, 'idle'), status, end });
    expect(await events(id)).toMatchObject(expected);
  });

  it('is flagged once for each reason, with a critical event', async () => {
    const id = await recorded(grantOf());
    const flag = { id, correlationId: 'c', githubRunnerId: 5, reason: 'first', labels: ['extra'] };
    await activities.flagRegistration(flag);
    await activities.flagRegistration(flag);
    await activities.flagRegistration({ ...flag, reason: 'second' });
    expect(await read(id)).toMatchObject({ flagReason: 'second', flaggedAt: expect.any(Date) });
    expect(await events(id)).toMatchObject([
      { type: 'security.labels_exceeded', severity: 'critical' },
      { type: 'security.labels_exceeded', severity: 'critical' },
    ]);
  });

  it('is not changed when its event can not be written', async () => {
    const id = await recorded(grantOf());
    await test.owner.$executeRaw`REVOKE INSERT ON audit_pending FROM runyard_application`;
    try {
      await expect(activities.recordRegistration(change(id, 'online'))).rejects.toThrow();
    } finally {
      await test.owner.$executeRaw`GRANT INSERT ON audit_pending TO runyard_application`;
    }
    expect(await read(id)).toMatchObject({ status: 'pending' });
  });
});
