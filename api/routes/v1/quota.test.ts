import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiActor } from '../../actor.world.ts';
import {
  answered,
  given,
  provision,
  RUNNERS,
  TokenServiceWorld,
  unique,
} from '../../registrations/token-service.world.ts';
import type { Problem } from '../../schemas/problem.ts';
import type { Allowance } from '../../schemas/registration.ts';

let world: TokenServiceWorld;
beforeAll(async () => {
  world = await TokenServiceWorld.start();
});
afterAll(() => world?.stop());

describe('label policies', () => {
  it('refuse with every offending label, and the audit log tells of it', async () => {
    const ada = await world.member();
    await world.setPolicy(`team:${ada.team}`, {
      allowed: ['gpu-*'],
      denied: ['gpu-secret*'],
      required: ['cost-*'],
    });
    const problem = await answered<Problem>(
      provision(ada, {
        labels: ['Linux', 'gpu-a', 'GPU-Secret-1', 'mine'],
        mode: 'registration_token',
        ephemeral: false,
        runner_group: 'big',
      }),
      403,
    );
    expect(problem).toMatchObject({
      code: 'label_policy',
      errors: [
        { path: 'labels.2', message: '"GPU-Secret-1" is denied by "gpu-secret*"' },
        { path: 'labels.3', message: '"mine" is not allowed; allowed: gpu-*' },
        { path: 'labels', message: '"cost-*" is required: add a label that meets it' },
        { path: 'ephemeral', message: expect.stringContaining('serve one job') },
        { path: 'runner_group', message: expect.stringContaining('"big" is not allowed') },
      ],
    });
    expect(await world.eventsBy(ada)).toMatchObject([
      { type: 'label_policy.refused', outcome: 'denied', details: { labels: expect.any(Array) } },
    ]);
    expect(await world.registrations.count({ where: { team: ada.team } })).toBe(0);
  });

  it('of the person add to the team’s', async () => {
    const ada = await world.member();
    await world.setPolicy(`team:${ada.team}`, { allowed: ['gpu-*'], runner_groups: ['big'] });
    await answered(provision(ada, { labels: ['mine'] }), 403);
    await world.setPolicy(ada.account.id, { allowed: ['mine'], allow_persistent: true });
    const runner = await given(ada, {
      labels: ['mine', 'gpu-a', 'GPU-A'],
      mode: 'registration_token',
      ephemeral: false,
    });
    expect(runner.labels).toEqual(['self-hosted', 'mine', 'gpu-a']);
    expect(runner.config_command).not.toContain('--ephemeral');
    expect(runner.runner_group).toBe('Default');
  });
});

describe('quotas', () => {
  it('50 requests at once against 10 runners give exactly 10', async () => {
    const ada = await world.member();
    await world.setPolicy(`team:${ada.team}`, { allowed: ['*'], max_runners: 10 });
    const before = world.github.credentials.length;
    const answers = await Promise.all(Array.from({ length: 50 }, () => provision(ada)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    expect(statuses.filter((status) => status === 403)).toHaveLength(40);
    const where = { team: ada.team, removedAt: null };
    expect(await world.registrations.count({ where })).toBe(10);
    expect(world.github.credentials).toHaveLength(10 + before);
    const refused = (await world.eventsBy(ada)).filter(({ type }) => type === 'quota.refused');
    expect(refused).toHaveLength(40);
    expect(refused[0]?.details['exceeded']).toEqual([
      { of: 'team', limit: 'runners', maximum: 10, used: 10 },
    ]);
  }, 60_000);

  it('hold for people of several teams who ask at once, without waiting in a ring', async () => {
    const [red, blue] = [unique('red'), unique('blue')];
    const teams = [red, blue];
    const people: ApiActor[] = [];
    while (people.length < 3) {
      people.push(await world.memberOf(...teams));
    }
    for (const team of teams)
      await world.setPolicy(`team:${team}`, { allowed: ['*'], max_runners: 4 });
    for (const { account } of people) {
      await world.setPolicy(account.id, { allowed: ['*'], max_runners: 3 });
    }
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        provision(people[index % 3] as ApiActor, {
          team: teams[Math.floor(index / 3) % 2],
          target: 'commons',
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([201, 403]));
    for (const team of teams) {
      expect(
        await world.registrations.count({ where: { team, removedAt: null } }),
      ).toBeLessThanOrEqual(4);
    }
    for (const { account } of people) {
      const where = { owner: account.id, removedAt: null };
      expect(await world.registrations.count({ where })).toBeLessThanOrEqual(3);
    }
    // eight places in teams, nine of people: whoever asks on gets what is left, and no more
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(7);
  }, 60_000);

  it('count a runner until it is removed, and the hour whatever became of it', async () => {
    const ada = await world.member();
    await world.setPolicy(ada.account.id, {
      allowed: ['*'],
      max_runners: 1,
      max_runners_per_hour: 2,
    });
    const { name } = await given(ada);
    const full = await answered<Problem>(provision(ada), 403);
    expect(full).toMatchObject({
      code: 'quota_exceeded',
      detail: 'You have 1 of at most 1 runners: delete one that is not needed',
    });
    await answered(ada.send('DELETE', `${RUNNERS}/${name}`), 204);
    await given(ada);
    const both = await answered<Problem>(provision(ada), 403);
    expect(both.errors).toHaveLength(2);
    expect(both.errors?.[1]?.message).toMatch(/2 of at most 2 .* the next is free at 20/);
  });

  it('and policies are told of in advance', async () => {
    const ada = await world.member();
    await world.setPolicy(`team:${ada.team}`, {
      allowed: ['gpu-*'],
      denied: ['x'],
      max_runners: 2,
    });
    await given(ada);
    const told = await answered<Allowance>(ada.request(`${RUNNERS}/allowance`), 200);
    expect(told).toMatchObject({
      team: ada.team,
      teams: [ada.team],
      policy: { allowed: ['gpu-*'], denied: ['x'], max_runners: 2, allow_persistent: false },
      used: { runners: 1, last_hour: 1 },
      targets: ['acme', 'commons'],
    });
    expect(told.quotas.map(({ of }) => of)).toEqual(['owner', 'team']);
    await answered(ada.request(`${RUNNERS}/allowance?team=nobody-at-all`), 403);
  });
});
