import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiWorld } from './api.world.ts';
import { EventReader } from './live/live.world.ts';
import { githubIdOf, HOST, SECRET, TeamsWorld } from './scope.world.ts';

let world: ApiWorld;
let teams: TeamsWorld;
beforeAll(async () => {
  teams = await TeamsWorld.start();
  world = teams.api;
});
afterAll(() => teams.stop());

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
    for (const [start, value] of Object.entries(teams.foreign)) {
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
      for (const { name, actor } of teams.people) {
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
        `/api/jobs/${teams.foreignJob}`,
        `/api/jobs/${teams.foreignJob}/logs`,
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
    job: await records.job.findUnique({ where: { id: teams.foreignJob } }),
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
    for (const { actor } of teams.people) {
      const jobs = (await (await actor.request('/api/jobs')).json()) as { items: { id: string }[] };
      expect(jobs.items.map(({ id }) => id)).toEqual([teams.ownJob]);
      const overview = (await (await actor.request('/api/overview')).json()) as {
        jobs: Record<string, number>;
        hosts: unknown[];
        queue_time: { jobs: number }[];
      };
      expect(overview.jobs['running']).toBe(1);
      expect(overview.hosts).toEqual([]);
      expect(overview.queue_time.map(({ jobs: count }) => count)).toEqual([1]);
      expect((await actor.request(`/api/jobs/${teams.ownJob}`)).status).toBe(200);
      expect((await actor.request('/api/hosts')).status).toBe(403);
    }
  });

  it("are nobody else's to end", async () => {
    const { operator } = teams;
    const response = await operator.post(`/api/jobs/${teams.foreignJob}/cancel`, {});
    expect(response.status).toBe(404);
    expect((await operator.post(`/api/jobs/${teams.ownJob}/cancel`, {})).status).toBe(202);
  });

  it("do not show what their runner puts out while it serves another team's", async () => {
    const operator = teams.operator;
    const runner = await teams.addRunner('7-1', null);
    const job = await teams.addJob('octo/own', '', runner);
    const log = async () => (await operator.request(`/api/jobs/${job}/logs`)).text();
    expect(await log()).toBe('');
    const serve = (id: string) =>
      world.records.runner.update({
        where: { name: runner },
        data: { servedJobId: githubIdOf(id) },
      });
    await serve(teams.foreignJob);
    expect(await log()).toBe('');
    expect(await (await world.request(`/api/jobs/${job}/logs`)).text()).toBe(SECRET);
    await serve(job);
    expect(await log()).toBe(SECRET);
    await world.records.job.delete({ where: { id: job } });
  });

  it('do not lead to a log that is named by its place', async () => {
    const operator = teams.operator;
    const theirs = await world.records.job.findUniqueOrThrow({ where: { id: teams.foreignJob } });
    const response = await operator.request(`/api/jobs/${teams.ownJob}/logs?follow=1`, {
      headers: { 'Last-Event-ID': `0@${theirs.runnerName}` },
    });
    const reader = new EventReader(response);
    const shown = reader.rest();
    await world.records.job.update({
      where: { id: teams.ownJob },
      data: { status: 'completed', removedAt: new Date() },
    });
    expect(await shown).toEqual([expect.objectContaining({ event: 'end' })]);
    await world.records.job.update({ where: { id: teams.ownJob }, data: { status: 'running' } });
  });
});
