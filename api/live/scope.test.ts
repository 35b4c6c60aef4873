import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ApiActor } from '../actor.world.ts';
import type { ApiWorld } from '../api.world.ts';
import { HOST, SECRET, TeamsWorld } from '../scope.world.ts';
import { EventReader } from './live.world.ts';

let world: ApiWorld;
let teams: TeamsWorld;
beforeAll(async () => {
  teams = await TeamsWorld.start();
  world = teams.api;
});
afterAll(() => teams.stop());

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
    const actor = teams.operator;
    for (const lastEventId of [undefined, '1']) {
      const events = await follow(actor, lastEventId);
      await touch(teams.foreignJob, SECRET);
      await touchHost();
      const mark = randomUUID();
      await touch(teams.ownJob, mark);
      await events.next(told(mark));
      expect(JSON.stringify(events.events)).not.toContain(SECRET);
      await events.close();
    }
  });

  it('become fewer when somebody leaves a team', async () => {
    const actor = await world.as({ role: 'viewer', scope: 'teams', teams: ['own', 'foreign'] });
    const events = await follow(actor);
    await touch(teams.foreignJob, 'still seen');
    await events.next(told('still seen'));
    await world.records.teamMember.deleteMany({
      where: { value: actor.account.username, team: { name: 'foreign' } },
    });
    await vi.waitFor(async () => {
      expect((await actor.request(`/api/jobs/${teams.foreignJob}`)).status).toBe(404);
    });
    await vi.waitFor(
      async () => {
        const from = events.events.length;
        await touch(teams.foreignJob, SECRET);
        const mark = randomUUID();
        await touch(teams.ownJob, mark);
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
    const log = new EventReader(await actor.request(`/api/jobs/${teams.ownJob}/logs?follow=1`));
    await change(actor);
    await Promise.all([events.rest(), log.rest()]);
    expect([events.isEnded, log.isEnded]).toEqual([true, true]);
  });
});
