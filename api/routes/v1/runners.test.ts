import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GITHUB_REFUSED, RATE_LIMITED } from '../../../workflows/contracts/control-activities.ts';
import {
  GITHUB_UNAVAILABLE,
  RUNNER_GROUP_UNKNOWN,
} from '../../../workflows/contracts/registration.ts';
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
import type { Registration, RegistrationPage } from '../../schemas/registration.ts';

let world: TokenServiceWorld;
beforeAll(async () => {
  world = await TokenServiceWorld.start();
});
afterAll(() => world?.stop());

describe('isolation', () => {
  it('shows and gives nobody what is another team’s', async () => {
    const ada = await world.member();
    const eve = await world.member();
    const { name, id } = await given(ada);
    for (const [method, path] of [
      ['GET', `${RUNNERS}/${name}`],
      ['GET', `${RUNNERS}/${id}`],
      ['POST', `${RUNNERS}/${name}/refresh`],
      ['DELETE', `${RUNNERS}/${name}`],
      ['DELETE', `${RUNNERS}/${name}?force=true`],
      ['GET', `${RUNNERS}/nobody-at-all`],
    ] as const) {
      const problem = await answered<Problem>(eve.send(method, path), 404);
      expect(problem.code).toBe('not_found');
    }
    const listed = async (actor: ApiActor, query = '') =>
      (await answered<RegistrationPage>(actor.request(`${RUNNERS}?limit=200${query}`), 200)).items
        .map((one) => one.name)
        .includes(name);
    expect([await listed(eve), await listed(eve, `&team=${ada.team}`)]).toEqual([false, false]);
    const mate = await world.memberOf(ada.team);
    expect([await listed(ada), await listed(mate), await listed(world.admin)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(await listed(await world.api.as('operator'))).toBe(true);
    expect(await answered<Registration>(mate.request(`${RUNNERS}/${id}`), 200)).toMatchObject({
      name,
      owner: ada.account.id,
      flagged: false,
    });
    await answered(mate.send('DELETE', `${RUNNERS}/${name}`), 204);
  });

  it('keeps runners of one name at two targets apart', async () => {
    const ada = await world.member();
    const name = unique();
    await given(ada, { runner_name: name });
    const { id } = await given(ada, { runner_name: name, target: 'octo/web' });
    const problem = await answered<Problem>(ada.request(`${RUNNERS}/${name}`), 409);
    expect(problem.code).toBe('ambiguous_name');
    for (const path of [`${name}?target=Octo/Web`, id]) {
      const one = await answered<Registration>(ada.request(`${RUNNERS}/${path}`), 200);
      expect(one.target).toBe('octo/web');
    }
  });
});

describe('a runner', () => {
  it('is compared with GitHub on request', async () => {
    const ada = await world.member();
    const { name } = await given(ada);
    world.github.runner(name).online = true;
    const seen = await answered<Registration>(ada.post(`${RUNNERS}/${name}/refresh`), 200);
    expect(seen).toMatchObject({ status: 'idle', online_at: expect.any(String) });
    expect(seen.checked_at).not.toBeNull();
  });

  it('is removed at GitHub and here, however often it is asked for', async () => {
    const ada = await world.member();
    const { name } = await given(ada);
    await answered(ada.send('DELETE', `${RUNNERS}/${name}`), 204);
    expect(world.github.has(name)).toBe(false);
    await answered(ada.send('DELETE', `${RUNNERS}/${name}`), 204);
    const gone = await answered<Registration>(ada.request(`${RUNNERS}/${name}`), 200);
    expect(gone).toMatchObject({ status: 'deleted', removed_at: expect.any(String) });
    const { items } = await answered<RegistrationPage>(
      ada.request(`${RUNNERS}?status=deleted`),
      200,
    );
    expect(items.map((one) => one.name)).toContain(name);
    const deleted = (await world.eventsBy(ada)).filter(
      ({ type }) => type === 'registration.deleted',
    );
    expect(deleted).toHaveLength(1);
  });

  it('is not removed while it runs a job, but by an administrator’s force', async () => {
    const ada = await world.member();
    const { name } = await given(ada);
    Object.assign(world.github.runner(name), { online: true, busy: true });
    const path = `${RUNNERS}/${name}`;
    const problem = await answered<Problem>(ada.send('DELETE', path), 409);
    expect(problem.code).toBe('runner_busy');
    await answered(ada.send('DELETE', `${path}?force=true`), 403);
    await answered((await world.api.as('operator')).send('DELETE', `${path}?force=true`), 403);
    expect(world.github.has(name)).toBe(true);
    await answered(world.admin.send('DELETE', `${path}?force=true`), 204);
    const outcomes = (await world.eventsBy(ada)).flatMap(({ type, outcome }) =>
      type === 'registration.deleted' ? [outcome] : [],
    );
    expect(outcomes).toEqual(['success', 'failure']);
  });

  it('whose workflow is gone is still deleted here', async () => {
    const ada = await world.member();
    const { name, id } = await given(ada);
    await world.api.workflow(`registration/${id}`).terminate();
    await answered(ada.post(`${RUNNERS}/${name}/refresh`), 200);
    await answered(ada.send('DELETE', `${RUNNERS}/${name}`), 204);
    const row = await world.registrations.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({ status: 'deleted' });
  });
});

describe('what GitHub has against a runner', () => {
  const until = new Date(Date.now() + 90_000).toISOString();

  it.each([
    [422, 'github_refused', ApplicationFailure.nonRetryable('No App', GITHUB_REFUSED)],
    [422, 'runner_group_unknown', ApplicationFailure.nonRetryable('No', RUNNER_GROUP_UNKNOWN)],
    [503, 'github_rate_limited', ApplicationFailure.nonRetryable('Wait', RATE_LIMITED, until)],
  ])('%i %s frees its name and its place', async (status, code, failure) => {
    const ada = await world.member();
    await world.setPolicy(ada.account.id, { allowed: ['*'], max_runners: 1 });
    const runnerName = unique();
    world.github.failures.push(failure);
    const response = await provision(ada, { runner_name: runnerName });
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([status, code]);
    if (status === 503) expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(1);
    await given(ada, { runner_name: runnerName });
  });

  it('is a conflict where it knows a runner of that name', async () => {
    const name = unique();
    world.github.runners.set(`acme ${name}`, {
      id: 1,
      name,
      labels: [],
      online: true,
      busy: false,
    });
    const problem = await answered<Problem>(
      provision(await world.member(), { runner_name: name }),
      409,
    );
    expect(problem.code).toBe('name_taken');
    expect(world.github.has(name)).toBe(true);
  });
});

describe('outages', () => {
  it.each([
    [503, 'github_unavailable', ApplicationFailure.nonRetryable('Away', GITHUB_UNAVAILABLE)],
    [422, 'github_refused', ApplicationFailure.nonRetryable('No', GITHUB_REFUSED)],
  ])('while GitHub can’t be asked the answer is %i %s', async (status, code, failure) => {
    const ada = await world.member();
    const { name } = await given(ada);
    const path = `${RUNNERS}/${name}`;
    world.github.silence = failure;
    try {
      const refreshed = await answered<Problem>(ada.post(`${path}/refresh`), status);
      const deleted = await answered<Problem>(ada.send('DELETE', path), status);
      expect([refreshed.code, deleted.code]).toEqual([code, code]);
    } finally {
      world.github.silence = null;
    }
    const outcomes = (await world.eventsBy(ada)).flatMap((event) =>
      event.type === 'registration.deleted' ? [event.outcome] : [],
    );
    expect(outcomes).toEqual(['success', 'failure']);
    await answered(ada.send('DELETE', path), 204);
  });

  it('without Temporal nothing is given, and the name stays free', async () => {
    const ada = await world.member();
    await world.setPolicy(ada.account.id, { allowed: ['*'], max_runners: 1 });
    const runnerName = unique();
    world.api.temporal.cut();
    try {
      const problem = await answered<Problem>(provision(ada, { runner_name: runnerName }), 503);
      expect(problem.code).toBe('temporal_unavailable');
    } finally {
      world.api.temporal.restore();
    }
    // until the connection to Temporal stands again, each attempt gives its place back
    await vi.waitFor(() => given(ada, { runner_name: runnerName }), { timeout: 20_000 });
    const outcomes = (await world.eventsBy(ada)).map(({ outcome }) => outcome);
    expect(outcomes.slice(0, 2)).toEqual(['success', 'failure']);
    expect(outcomes.at(-1)).toBe('success');
  });

  it('without the audit log nothing is given', async () => {
    const ada = await world.member();
    const owner = world.api.testDatabase.owner;
    await owner.$executeRaw`REVOKE INSERT ON audit_pending FROM runyard_application`;
    try {
      await answered(provision(ada), 503);
    } finally {
      await owner.$executeRaw`GRANT INSERT ON audit_pending TO runyard_application`;
    }
    expect(await world.registrations.count({ where: { owner: ada.account.id } })).toBe(0);
  });

  it('a reservation that its API left behind stands in nobody’s way once it has lapsed', async () => {
    const ada = await world.member();
    await world.setPolicy(ada.account.id, { allowed: ['*'], max_runners: 1 });
    const name = unique();
    const { id } = await world.registrations.create({
      data: {
        name,
        target: 'acme',
        installationId: 0n,
        owner: ada.account.id,
        ownerName: 'Ada',
        team: ada.team,
        runnerGroup: 'Default',
        mode: 'jit',
        ephemeral: true,
        correlationId: 'c',
        expiresAt: new Date(Date.now() - 600_000),
      },
    });
    await given(ada, { runner_name: name });
    const row = await world.registrations.findUniqueOrThrow({ where: { id } });
    expect(row.status).toBe('expired');
  });
});
