import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDIENCE, IdentityProvider } from '../test/parts/identity-provider.ts';
import { ApiActor } from './actor.world.ts';
import { ApiWorld, randomId } from './api.world.ts';
import { EventReader } from './live/live.world.ts';

/** Stands in everything of the other team; whoever isn't of it must never read it. */
const SECRET = 'nobody-else-may-read-this';
const HOST = 'host-of-nobody';

let world: ApiWorld;
let provider: IdentityProvider;
/** Of the team `own`: an operator, an administrator, and somebody with no account. */
let people: { name: string; actor: ApiActor }[];
let ownJob: string;
let foreignJob: string;
let foreign: Record<string, string>;

beforeAll(async () => {
  provider = await IdentityProvider.start();
  world = await ApiWorld.start({
    OIDC_ISSUERS: JSON.stringify([
      { id: 'acme', name: 'Acme', issuer: provider.issuer, audience: AUDIENCE },
    ]),
  });
  const { records } = world;
  await records.team.createMany({
    data: [
      { name: 'own', repositories: ['octo/own'] },
      { name: 'foreign', repositories: ['octo/foreign'], description: SECRET },
    ],
  });
  const own = await records.team.findUniqueOrThrow({ where: { name: 'own' } });
  await records.teamMember.create({
    data: { teamId: own.id, kind: 'claim', claim: 'groups', value: 'owners' },
  });
  const as = (role: 'operator' | 'admin') => world.as({ role, scope: 'teams', teams: ['own'] });
  const token = await provider.sign({ groups: ['owners'] });
  people = [
    { name: 'operator', actor: await as('operator') },
    { name: 'administrator', actor: await as('admin') },
    { name: 'member', actor: new ApiActor(world.app, null, token) },
  ];
  ownJob = await addJob('octo/own', 'of our own');
  foreignJob = await addJob('octo/foreign', SECRET);
  foreign = await addForeignThings();
});
afterAll(() => Promise.all([world.stop(), provider.stop()]));

async function addJob(repository: string, detail: string, runnerName: string | null = null) {
  const githubJobId = randomId();
  const { id } = await world.records.job.create({
    data: {
      id: `7-${githubJobId}`,
      repositoryId: 7n,
      githubJobId: BigInt(githubJobId),
      runId: 7n,
      repository,
      name: 'build',
      correlationId: 'c',
      queuedAt: new Date(),
      pickedUpAt: new Date(),
      status: 'running',
      githubStatus: 'in_progress',
      detail,
      runnerName,
    },
  });
  return id;
}

/** One of each thing that routes tell of; answers the parameters of paths that name them. */
async function addForeignThings(): Promise<Record<string, string>> {
  const { records } = world;
  const runner = await addRunner(foreignJob, githubIdOf(foreignJob));
  await records.job.update({ where: { id: foreignJob }, data: { runnerName: runner } });
  await records.host.create({
    data: {
      id: HOST,
      hostname: SECRET,
      capacity: 2,
      cpus: 2,
      memoryBytes: 1n,
      dockerVersion: '1',
      startedAt: new Date(),
      heartbeatAt: new Date(),
    },
  });
  const delivery = await records.delivery.create({
    data: {
      hookId: '1',
      deliveryId: randomUUID(),
      event: 'workflow_job',
      repository: SECRET,
      correlationId: 'c',
    },
  });
  const team = await records.team.findUniqueOrThrow({ where: { name: 'foreign' } });
  const member = await records.teamMember.create({
    data: { teamId: team.id, kind: 'user', value: SECRET },
  });
  await records.labelPolicy.create({ data: { subject: 'team:foreign', allowed: [SECRET] } });
  await records.registration.create({
    data: {
      name: 'runner-of-theirs',
      target: 'octo',
      installationId: 1n,
      owner: 'user:them',
      ownerName: SECRET,
      team: 'foreign',
      labels: [SECRET],
      runnerGroup: 'Default',
      mode: 'jit',
      ephemeral: true,
      status: 'idle',
      correlationId: 'c',
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  const user = await records.user.create({
    data: {
      username: 'them',
      name: SECRET,
      role: 'viewer',
      sessions: {
        create: {
          method: 'password',
          address: SECRET,
          userAgent: '',
          expiresAt: new Date(Date.now() + 3_600_000),
        },
      },
      apiTokens: { create: { name: SECRET, hash: randomUUID(), hint: 'ryt_', permissions: [] } },
    },
    include: { sessions: true, apiTokens: true },
  });
  return {
    '/api/jobs/{id}': foreignJob,
    '/api/hosts/{id}': HOST,
    '/api/webhooks/deliveries/{id}': String(delivery.id),
    '/api/v1/runners/{name}': 'runner-of-theirs',
    '/api/v1/admin/label-policies/{subject}': encodeURIComponent('team:foreign'),
    '/api/v1/admin/teams/{name}': 'foreign',
    '/members/{id}': member.id,
    '/api/auth/users/{id}': user.id,
    '/api/auth/sessions/{id}': user.sessions[0]?.id ?? '',
    '/api/auth/tokens/{id}': user.apiTokens[0]?.id ?? '',
    '/api/audit/users/{id}': 'user:them',
    '/api/audit/resources/{type}': 'job',
    '/api/audit/resources/job/{id}': foreignJob,
    '/api/audit/checkpoints/{sequence}': '1',
  };
}

const githubIdOf = (id: string) => BigInt(id.split('-')[1] ?? 0);

async function addRunner(jobId: string, servedJobId: bigint | null): Promise<string> {
  const name = `ry-default-${randomUUID().slice(0, 8)}`;
  await world.records.runner.create({
    data: {
      name,
      jobId,
      servedJobId,
      repositoryId: 7n,
      repository: 'octo/x',
      pool: 'default',
      hostId: HOST,
    },
  });
  await world.records.runnerLogChunk.create({
    data: { runnerName: name, sequence: 1, text: SECRET },
  });
  return name;
}

interface Operation {
  method: string;
  /** As it is declared. */
  template: string;
  /** With the other team's things. */
  path: string;
  isPublic: boolean;
}

async function operations(): Promise<Operation[]> {
  const document = (await (await world.app.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, { 'x-runyard-access'?: string }>>;
  };
  return Object.entries(document.paths).flatMap(([template, methods]) => {
    let path = template;
    for (const [start, value] of Object.entries(foreign)) {
      path = path.replace(start, start.replace(/\{\w+\}$/, value));
    }
    return Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      template,
      path,
      isPublic: operation['x-runyard-access'] === 'public',
    }));
  });
}

/** The answer's text; of a stream what is sent at once. */
async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('Content-Type')?.startsWith('text/event-stream'))
    return response.text();
  const reader = new EventReader(response);
  const { data } = await reader.next(() => true);
  await reader.close();
  return data;
}

describe('every route', () => {
  it('is one whose parameters this test knows', async () => {
    for (const { path } of await operations()) expect(path).not.toContain('{');
  });

  it("tells nobody of another team's things, and changes none", async () => {
    const before = await everything();
    for (const { method, template, path, isPublic } of await operations()) {
      if (isPublic) continue;
      for (const { name, actor } of people) {
        const response = await actor.send(method, path, method === 'GET' ? undefined : {});
        const what = `${name}: ${method} ${path}`;
        expect([what, await textOf(response)]).toEqual([what, expect.not.stringContaining(SECRET)]);
        if (template.includes('{')) expect([what, response.ok]).toEqual([what, false]);
        if (/^\/api\/(jobs|v1\/runners)\/.*\{/.test(template)) {
          const may = name !== 'member' || method === 'GET' || template.includes('runners');
          expect([what, response.status]).toEqual([what, may ? 404 : 403]);
        }
      }
    }
    expect(await everything()).toEqual(before);
  });

  it('tells those who may see all of them', async () => {
    const seen: string[] = [];
    for (const { method, path, isPublic } of await operations()) {
      if (isPublic || method !== 'GET') continue;
      const text = await textOf(await world.request(path));
      if (text.includes(SECRET)) seen.push(path);
    }
    expect(seen).toEqual(
      expect.arrayContaining([
        '/api/overview',
        '/api/jobs',
        `/api/jobs/${foreignJob}`,
        `/api/jobs/${foreignJob}/logs`,
        '/api/hosts',
        `/api/hosts/${HOST}`,
        '/api/webhooks/deliveries',
        '/api/v1/runners',
        '/api/v1/runners/runner-of-theirs',
        '/api/v1/admin/teams',
        '/api/v1/admin/label-policies',
      ]),
    );
  });
});

/** What the other team's things are like. */
async function everything() {
  const { records } = world;
  return {
    job: await records.job.findUnique({ where: { id: foreignJob } }),
    hosts: await records.host.findMany(),
    deliveries: await records.delivery.findMany(),
    teams: await records.team.findMany({ include: { members: true } }),
    policies: await records.labelPolicy.findMany(),
    registrations: await records.registration.findMany(),
    user: await records.user.findFirst({
      where: { username: 'them' },
      include: { sessions: true, apiTokens: true },
    }),
  };
}

describe("a team's jobs", () => {
  it('are listed, counted and shown, and no others', async () => {
    for (const { actor } of people) {
      const jobs = (await (await actor.request('/api/jobs')).json()) as { items: { id: string }[] };
      expect(jobs.items.map(({ id }) => id)).toEqual([ownJob]);
      const overview = (await (await actor.request('/api/overview')).json()) as {
        jobs: Record<string, number>;
        hosts: unknown[];
        queue_time: { jobs: number }[];
      };
      expect(overview.jobs['running']).toBe(1);
      expect(overview.hosts).toEqual([]);
      expect(overview.queue_time.map(({ jobs: count }) => count)).toEqual([1]);
      expect((await actor.request(`/api/jobs/${ownJob}`)).status).toBe(200);
      expect((await actor.request('/api/hosts')).status).toBe(403);
    }
  });

  it("are nobody else's to end", async () => {
    const [operator] = people;
    const response = await operator?.actor.post(`/api/jobs/${foreignJob}/cancel`, {});
    expect(response?.status).toBe(404);
    expect((await operator?.actor.post(`/api/jobs/${ownJob}/cancel`, {}))?.status).toBe(202);
  });

  it("do not show what their runner puts out while it serves another team's", async () => {
    const operator = people[0]?.actor as ApiActor;
    const runner = await addRunner('7-1', null);
    const job = await addJob('octo/own', '', runner);
    const log = async () => (await operator.request(`/api/jobs/${job}/logs`)).text();
    expect(await log()).toBe('');
    const serve = (id: string) =>
      world.records.runner.update({
        where: { name: runner },
        data: { servedJobId: githubIdOf(id) },
      });
    await serve(foreignJob);
    expect(await log()).toBe('');
    expect(await (await world.request(`/api/jobs/${job}/logs`)).text()).toBe(SECRET);
    await serve(job);
    expect(await log()).toBe(SECRET);
    await world.records.job.delete({ where: { id: job } });
  });

  it('do not lead to a log that is named by its place', async () => {
    const operator = people[0]?.actor as ApiActor;
    const theirs = await world.records.job.findUniqueOrThrow({ where: { id: foreignJob } });
    const response = await operator.request(`/api/jobs/${ownJob}/logs?follow=1`, {
      headers: { 'Last-Event-ID': `0@${theirs.runnerName}` },
    });
    const reader = new EventReader(response);
    const shown = reader.rest();
    await world.records.job.update({
      where: { id: ownJob },
      data: { status: 'completed', removedAt: new Date() },
    });
    expect(await shown).toEqual([expect.objectContaining({ event: 'end' })]);
    await world.records.job.update({ where: { id: ownJob }, data: { status: 'running' } });
  });
});

describe('live events', () => {
  const follow = async (actor: ApiActor, lastEventId?: string) => {
    const response = await actor.request('/api/events', {
      headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
    });
    const reader = new EventReader(response);
    await reader.named('ready');
    return reader;
  };
  const touch = (id: string, detail: string) =>
    world.records.job.update({ where: { id }, data: { detail } });
  const touchHost = () =>
    world.records.host.update({ where: { id: HOST }, data: { running: { increment: 1 } } });
  const told = (detail: string) => (event: { data: string }) => event.data.includes(detail);

  it("are the teams' own, also those that were missed", async () => {
    const actor = people[0]?.actor as ApiActor;
    for (const lastEventId of [undefined, '1']) {
      const events = await follow(actor, lastEventId);
      await touch(foreignJob, SECRET);
      await touchHost();
      const mark = randomUUID();
      await touch(ownJob, mark);
      await events.next(told(mark));
      expect(JSON.stringify(events.events)).not.toContain(SECRET);
      await events.close();
    }
  });

  it('become fewer when somebody leaves a team', async () => {
    const actor = await world.as({ role: 'viewer', scope: 'teams', teams: ['own', 'foreign'] });
    const events = await follow(actor);
    await touch(foreignJob, 'still seen');
    await events.next(told('still seen'));
    await world.records.teamMember.deleteMany({
      where: { value: actor.account.username, team: { name: 'foreign' } },
    });
    await vi.waitFor(async () => {
      expect((await actor.request(`/api/jobs/${foreignJob}`)).status).toBe(404);
    });
    await vi.waitFor(
      async () => {
        const from = events.events.length;
        await touch(foreignJob, SECRET);
        const mark = randomUUID();
        await touch(ownJob, mark);
        await events.next(told(mark));
        expect(JSON.stringify(events.events.slice(from))).not.toContain(SECRET);
      },
      { timeout: 10_000 },
    );
    await events.close();
  });

  it.each<[string, (actor: ApiActor) => Promise<unknown>]>([
    [
      'the token is revoked',
      ({ account }) =>
        world.records.apiToken.updateMany({
          where: { userId: account.userId },
          data: { revokedAt: new Date() },
        }),
    ],
    [
      'the user is deactivated',
      ({ account }) =>
        world.records.user.update({ where: { id: account.userId }, data: { active: false } }),
    ],
    [
      'the user is deleted',
      ({ account }) => world.records.user.delete({ where: { id: account.userId } }),
    ],
  ])('end when %s, logs too', async (_what, change) => {
    const actor = await world.as({ role: 'viewer', scope: 'teams', teams: ['own'] });
    const events = await follow(actor);
    const log = new EventReader(await actor.request(`/api/jobs/${ownJob}/logs?follow=1`));
    await change(actor);
    await Promise.all([events.rest(), log.rest()]);
    expect([events.isEnded, log.isEnded]).toEqual([true, true]);
  });
});
