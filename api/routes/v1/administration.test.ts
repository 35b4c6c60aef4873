import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiActor } from '../../actor.world.ts';
import { ApiWorld } from '../../api.world.ts';
import type { LabelPolicyPage, LabelPolicyView } from '../../schemas/label-policy.ts';
import type { Problem } from '../../schemas/problem.ts';
import type { Member, Team, TeamPage } from '../../schemas/team.ts';

const TEAMS = '/api/v1/admin/teams';
const POLICIES = '/api/v1/admin/label-policies';

let world: ApiWorld;
let admin: ApiActor;
beforeAll(async () => {
  world = await ApiWorld.start();
  admin = await world.as('admin');
});
afterAll(() => world.stop());

const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;
const policyPath = (subject: string) => `${POLICIES}/${encodeURIComponent(subject)}`;

async function answered<Body>(promise: Promise<Response>, status: number): Promise<Body> {
  const response = await promise;
  const text = await response.text();
  expect([response.status, text]).toEqual([status, text]);
  return (text === '' ? null : JSON.parse(text)) as Body;
}

interface Event {
  type: string;
  action: string;
  outcome: string;
  details: { before: unknown; after: unknown };
}

/** What the audit log holds of a resource, the oldest first. */
async function eventsOf(type: string, id: string): Promise<Event[]> {
  const query = new URLSearchParams({ resource_type: type, resource_id: id });
  const { items } = await answered<{ items: Event[] }>(
    admin.request(`/api/audit/logs?${query.toString()}`),
    200,
  );
  return items.toReversed();
}

async function createTeam(fields: object = {}): Promise<Team> {
  return answered<Team>(admin.post(TEAMS, { name: unique('team'), ...fields }), 201);
}

describe('teams', () => {
  it('are created, changed, listed and deleted, and the audit log tells of each', async () => {
    const name = unique('blue');
    const fields = { description: 'Builds', repositories: ['acme/*'], target: 'acme' };
    const team = await answered<Team>(admin.post(TEAMS, { name, ...fields }), 201);
    expect(team).toMatchObject({ name, ...fields, members: [], policy: null });
    await answered(admin.post(TEAMS, { name }), 409);

    const changed = await answered<Team>(
      admin.send('PATCH', `${TEAMS}/${name}`, { target: null, repositories: [] }),
      200,
    );
    expect(changed).toMatchObject({ description: 'Builds', repositories: [], target: null });
    await answered(admin.post(POLICIES, { subject: `team:${name}`, allowed: ['gpu-*'] }), 200);
    expect(await answered<Team>(admin.request(`${TEAMS}/${name}`), 200)).toMatchObject({
      policy: { subject: `team:${name}`, allowed: ['gpu-*'] },
    });
    await answered(admin.send('DELETE', `${TEAMS}/${name}`), 204);
    await answered(admin.request(`${TEAMS}/${name}`), 404);
    await answered(admin.send('DELETE', `${TEAMS}/${name}`), 404);
    await answered(admin.request(policyPath(`team:${name}`)), 404);

    expect(await eventsOf('team', name)).toMatchObject([
      { type: 'team.created', details: { before: null, after: fields } },
      {
        type: 'team.updated',
        details: { before: fields, after: { ...fields, repositories: [], target: null } },
      },
      { type: 'team.deleted', details: { before: { description: 'Builds' }, after: null } },
    ]);
    expect(await eventsOf('label_policy', `team:${name}`)).toMatchObject([
      { type: 'label_policy.set', details: { before: null } },
      { type: 'label_policy.deleted', details: { before: { allowed: ['gpu-*'] }, after: null } },
    ]);
  });

  it('are listed page by page', async () => {
    const names = [await createTeam(), await createTeam(), await createTeam()].map(
      (one) => one.name,
    );
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: TeamPage = await answered(
        admin.request(`${TEAMS}?limit=2${cursor && `&cursor=${cursor}`}`),
        200,
      );
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(seen.toSorted());
    expect(seen).toEqual(expect.arrayContaining(names));
  });

  it('gain and lose members', async () => {
    const { name } = await createTeam();
    const path = `${TEAMS}/${name}/members`;
    const issuer = 'https://login.example.com';
    const user = await answered<Member>(admin.post(path, { kind: 'user', value: 'Ada' }), 201);
    expect(user).toMatchObject({ kind: 'user', value: 'ada', issuer: null, claim: null });
    await answered(admin.post(path, { kind: 'user', value: 'ADA' }), 409);
    const claim = { kind: 'claim', issuer, claim: 'repository', value: 'acme/*' };
    expect(await answered<Member>(admin.post(path, claim), 201)).toMatchObject(claim);
    const { members } = await answered<Team>(admin.request(`${TEAMS}/${name}`), 200);
    expect(members.map(({ kind }) => kind)).toEqual(['user', 'claim']);
    await answered(admin.send('DELETE', `${path}/${user.id}`), 204);
    await answered(admin.send('DELETE', `${path}/${user.id}`), 404);
    await answered(admin.send('DELETE', `${path}/nonsense`), 404);
    await answered(admin.post(`${TEAMS}/nobody/members`, claim), 404);
    expect((await eventsOf('team', name)).map(({ type }) => type)).toEqual([
      'team.created',
      'team.member_added',
      'team.member_added',
      'team.member_removed',
    ]);
  });

  it('count for whoever becomes a member at once', async () => {
    const { name } = await createTeam();
    const ada = await world.as({ role: 'operator', scope: 'teams' });
    const teams = async () =>
      (await answered<{ teams: string[] }>(ada.request('/api/v1/runners/allowance'), 200)).teams;
    expect(await teams()).toEqual([]);
    const member = { kind: 'user', value: ada.account.username };
    await answered(admin.post(`${TEAMS}/${name}/members`, member), 201);
    expect(await teams()).toEqual([name]);
  });

  it('can’t be deleted while they have runners', async () => {
    const { name } = await createTeam();
    const { id } = await world.records.registration.create({
      data: {
        name: unique('runner'),
        target: 'acme',
        installationId: 1n,
        owner: 'user:ada',
        ownerName: 'Ada',
        team: name,
        runnerGroup: 'Default',
        mode: 'jit',
        ephemeral: true,
        correlationId: 'c',
        expiresAt: new Date(Date.now() + 60_000),
      },
    });
    const problem = await answered<Problem>(admin.send('DELETE', `${TEAMS}/${name}`), 409);
    expect(problem).toMatchObject({ code: 'team_in_use' });
    expect(problem.detail).toContain(`GET /api/v1/runners?team=${name}`);
    await world.records.registration.update({ where: { id }, data: { removedAt: new Date() } });
    await answered(admin.send('DELETE', `${TEAMS}/${name}`), 204);
  });

  it.each([
    [{ name: 'Blue' }, 'name'],
    [{ name: '-blue' }, 'name'],
    [{ name: 'x'.repeat(41) }, 'name'],
    [{ name: 'ok', target: 'acme/web/more' }, 'target'],
    [{ name: 'ok', repositories: ['acme'] }, 'repositories.0'],
    [{ name: 'ok', colour: 'blue' }, ''],
    [{}, 'name'],
  ])('are refused as %j, with the path of the field', async (body, path) => {
    const problem = await answered<Problem>(admin.post(TEAMS, body), 422);
    expect(problem.errors?.map((one) => one.path)).toContain(path);
  });

  it.each([
    [{ kind: 'claim', value: 'x' }, 'claim'],
    [{ kind: 'user', value: 'x', claim: 'groups' }, 'claim'],
    [{ kind: 'email', value: 'nobody' }, 'value'],
    [{ kind: 'subject', value: 'x', issuer: 'javascript:alert(1)' }, 'issuer'],
    [{ kind: 'everybody', value: 'x' }, 'kind'],
    [{ kind: 'user', value: '' }, 'value'],
  ])('have no member such as %j', async (body, path) => {
    const { name } = await createTeam();
    const problem = await answered<Problem>(admin.post(`${TEAMS}/${name}/members`, body), 422);
    expect(problem.errors?.map((one) => one.path)).toContain(path);
  });
});

describe('label policies', () => {
  it('are written, replaced, listed and deleted, with before and after in the audit log', async () => {
    const subject = 'oidc:https://login.example.com/realm#ada|1';
    const first = { subject, allowed: ['gpu-*', 'GPU-*'], max_runners: 3, runner_groups: ['big'] };
    const stored = await answered<LabelPolicyView>(admin.post(POLICIES, first), 200);
    expect(stored).toEqual({
      subject,
      allowed: ['gpu-*'],
      denied: [],
      required: [],
      max_runners: 3,
      max_runners_per_hour: null,
      allow_persistent: false,
      runner_groups: ['big'],
      updated_at: expect.any(String),
    });
    await answered(admin.post(POLICIES, { subject, denied: ['x'], allow_persistent: true }), 200);
    expect(await answered<LabelPolicyView>(admin.request(policyPath(subject)), 200)).toMatchObject({
      allowed: [],
      denied: ['x'],
      max_runners: null,
      allow_persistent: true,
    });
    const { items } = await answered<LabelPolicyPage>(admin.request(`${POLICIES}?limit=200`), 200);
    expect(items.map((one) => one.subject)).toContain(subject);
    await answered(admin.send('DELETE', policyPath(subject)), 204);
    await answered(admin.send('DELETE', policyPath(subject)), 404);
    expect(await eventsOf('label_policy', subject)).toMatchObject([
      { action: 'create', details: { before: null, after: { max_runners: 3 } } },
      { action: 'replace', details: { before: { max_runners: 3 }, after: { denied: ['x'] } } },
      { action: 'delete', details: { before: { denied: ['x'] }, after: null } },
    ]);
  });

  it('say what holds for everybody even if nobody wrote it', async () => {
    expect(
      await answered<LabelPolicyView>(admin.request(policyPath('default')), 200),
    ).toMatchObject({ allowed: ['*'], max_runners: null, updated_at: null });
  });

  it('tell one before the other apart when they are written at once', async () => {
    const subject = `user:${unique('ada')}`;
    const write = (limit: number) => admin.post(POLICIES, { subject, max_runners: limit });
    await Promise.all([1, 2, 3, 4, 5].map(write));
    const events = await eventsOf('label_policy', subject);
    const chain = events.map(({ details }) => details);
    expect(chain).toHaveLength(5);
    expect(chain[0]?.before).toBeNull();
    for (const [index, { before }] of chain.slice(1).entries()) {
      expect(before).toEqual(chain[index]?.after);
    }
  });

  it.each([
    [{ subject: 'everybody' }, 'subject'],
    [{ subject: 'team:Blue' }, 'subject'],
    [{ subject: 'team:nobody-at-all' }, 'subject'],
    [{ subject: 'user:Ada' }, 'subject'],
    [{ subject: 'user:' }, 'subject'],
    [{ subject: 'oidc:https://x' }, 'subject'],
    [{ subject: 'default', allowed: ['a,b'] }, 'allowed.0'],
    [{ subject: 'default', denied: [' a'] }, 'denied.0'],
    [{ subject: 'default', denied: ['--replace'] }, 'denied.0'],
    [{ subject: 'default', required: ['x'.repeat(257)] }, 'required.0'],
    [{ subject: 'default', max_runners: -1 }, 'max_runners'],
    [{ subject: 'default', max_runners: 1.5 }, 'max_runners'],
    [{ subject: 'default', max_runners_per_hour: '5' }, 'max_runners_per_hour'],
    [{ subject: 'default', allow_persistent: 'yes' }, 'allow_persistent'],
    [{ subject: 'default', runner_groups: [''] }, 'runner_groups.0'],
    [{ subject: 'default', quota: 5 }, ''],
  ])('are refused as %j', async (body, path) => {
    const problem = await answered<Problem>(admin.post(POLICIES, body), 422);
    expect(problem.errors?.map((one) => one.path)).toContain(path);
    await answered(admin.request(policyPath(body.subject)), body.subject === 'default' ? 200 : 404);
  });
});

describe('only administrators', () => {
  it.each(['operator', 'viewer'] as const)('and no %s', async (role) => {
    const actor = await world.as(role);
    for (const path of [TEAMS, POLICIES, '/api/v1/admin/security-events', policyPath('default')]) {
      await answered(actor.request(path), 403);
    }
    await answered(actor.post(POLICIES, { subject: 'default' }), 403);
    await answered(actor.post(TEAMS, { name: unique('mine') }), 403);
  });

  it('see what was refused, by whom', async () => {
    const viewer = await world.as({ role: 'viewer' });
    await answered(viewer.post(TEAMS, { name: unique('mine') }), 403);
    const query = new URLSearchParams({ subject: viewer.account.id, type: 'permission.denied' });
    const { items } = await answered<{ items: { actor: { id: string }; outcome: string }[] }>(
      admin.request(`/api/v1/admin/security-events?${query.toString()}`),
      200,
    );
    expect(items).toMatchObject([{ actor: { id: viewer.account.id }, outcome: 'denied' }]);
    const none = await answered<{ items: unknown[] }>(
      admin.request('/api/v1/admin/security-events?subject=user:nobody'),
      200,
    );
    expect(none.items).toEqual([]);
  });
});
