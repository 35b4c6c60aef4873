import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allows,
  MEMBER_PERMISSIONS,
  type Permission,
  PERMISSIONS,
  permissionsInScope,
  type Principal,
  ROLE_PERMISSIONS,
} from '../domain/principal.ts';
import { ApiActor } from './actor.world.ts';
import { ApiWorld } from './api.world.ts';
import { createApp } from './app.ts';
import { sampleOf, snapshotOf } from './authorization.world.ts';
import type { Problem } from './schemas/problem.ts';

interface Operation {
  'x-runyard-access': string;
  requestBody?: { content?: Record<string, { schema?: object }> };
}
interface Route {
  name: string;
  method: string;
  path: string;
  access: string;
  body: unknown;
}

/** Text that stands in everything of the team `blue`, and may be seen by nobody outside of it. */
const MARK = 'blue-only-0451';
const JOB = '77-1001';
const REGISTRATION = '00000000-0000-4000-8000-0000000000b1';

interface Somebody {
  name: string;
  actor: ApiActor;
  /** What it may, with the scope already taken into account; null: not signed in. */
  permissions: readonly string[] | null;
  /** A user's session, or a token of theirs without limits. */
  hasAccount: boolean;
  /** Belongs to another team than `blue`, and sees no more than that. */
  isForeign?: boolean;
}

let world: ApiWorld;
let routes: Route[];
let people: Somebody[];
/** What really is there, by the path's beginning: what a denied request would change if it weren't. */
let present: Record<string, string>;

beforeAll(async () => {
  world = await ApiWorld.start();
  const { dependencies } = world.services;
  const member: Principal = {
    kind: 'oidc',
    id: 'oidc:https://idp.example#someone',
    name: 'Someone',
    role: 'member',
    scope: 'teams',
    teams: ['foreign'],
    permissions: MEMBER_PERMISSIONS,
    userId: null,
  };
  const oidc = { authenticate: () => Promise.resolve(member), methods: [] };
  const app = createApp({ ...dependencies, oidc } as unknown as typeof dependencies);
  const token = `${btoa('{"alg":"none"}')}.${btoa('{"iss":"https://idp.example"}')}.x`;
  people = [
    { name: 'nobody', actor: await world.as('none'), permissions: null, hasAccount: false },
    ...(await Promise.all(
      (['viewer', 'operator', 'admin'] as const).map(async (role) => ({
        name: role,
        actor: await world.as(role),
        permissions: ROLE_PERMISSIONS[role],
        hasAccount: true,
      })),
    )),
    ...(await Promise.all(
      PERMISSIONS.map(async (permission) => ({
        name: `token for ${permission}`,
        actor: await world.as({ role: 'admin', permissions: [permission] }),
        permissions: [permission],
        hasAccount: false,
      })),
    )),
    {
      name: 'member by OIDC',
      actor: new ApiActor(app, null, token.replaceAll('=', '')),
      permissions: permissionsInScope(MEMBER_PERMISSIONS, 'teams'),
      hasAccount: false,
      isForeign: true,
    },
    {
      name: 'operator of a foreign team',
      actor: await world.as({ role: 'operator', scope: 'teams', teams: ['foreign'] }),
      permissions: permissionsInScope(ROLE_PERMISSIONS.operator, 'teams'),
      hasAccount: true,
      isForeign: true,
    },
  ];
  present = await makePresent();
  routes = await readRoutes();
});
afterAll(() => world.stop());

async function makePresent(): Promise<Record<string, string>> {
  const { records } = world;
  const blue = await world.as({ role: 'viewer', teams: ['blue'], username: `user-${MARK}` });
  await records.team.update({ where: { name: 'blue' }, data: { repositories: [`${MARK}/*`] } });
  await records.job.create({
    data: {
      id: JOB,
      repositoryId: 77n,
      githubJobId: 1001n,
      runId: 1n,
      repository: `${MARK}/app`,
      name: MARK,
      labels: [],
      team: 'blue',
      correlationId: 'c',
      status: 'lost',
      queuedAt: new Date(),
    },
  });
  await records.registration.create({
    data: {
      id: REGISTRATION,
      name: `runner-${MARK}`,
      target: `${MARK}/app`,
      installationId: 1n,
      owner: blue.account.id,
      ownerName: 'Blue',
      team: 'blue',
      labels: [],
      runnerGroup: 'Default',
      mode: 'jit',
      ephemeral: true,
      status: 'online',
      correlationId: 'c',
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  await records.labelPolicy.create({
    data: { subject: 'team:blue', allowed: [MARK], denied: [], required: [], runnerGroups: [] },
  });
  const delivery = await records.delivery.create({
    data: {
      hookId: '1',
      deliveryId: MARK,
      event: 'ping',
      status: 'failed',
      correlationId: 'c',
      repository: `${MARK}/app`,
    },
  });
  const session = await records.session.create({
    data: {
      userId: blue.account.userId,
      method: 'password',
      address: 'x',
      userAgent: 'x',
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  const apiToken = await records.apiToken.findFirstOrThrow({
    where: { userId: blue.account.userId },
  });
  const member = await records.teamMember.findFirstOrThrow({
    where: { value: blue.account.username },
  });
  return {
    '/api/jobs/{id}': JOB,
    '/api/v1/runners/{name}': REGISTRATION,
    '/api/v1/admin/label-policies/{subject}': encodeURIComponent('team:blue'),
    '/api/v1/admin/teams/{name}/members/{id}': member.id,
    '/api/v1/admin/teams/{name}': 'blue',
    '/api/webhooks/deliveries/{id}': String(delivery.id),
    '/api/auth/users/{id}': blue.account.userId,
    '/api/auth/sessions/{id}': session.id,
    '/api/auth/tokens/{id}': apiToken.id,
  };
}

async function readRoutes(): Promise<Route[]> {
  const document = (await (await world.app.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const schema = operation.requestBody?.content?.['application/json']?.schema;
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        access: operation['x-runyard-access'],
        body: schema === undefined ? undefined : sampleOf(schema, document),
      };
    }),
  );
}

/** The path to what is there, or to nothing. */
function fill(path: string, isPresent: boolean): string {
  let filled = path;
  if (isPresent) {
    // the longest first, so that a member is found in its team
    for (const [beginning, id] of Object.entries(present)) {
      if (!filled.startsWith(beginning)) continue;
      filled = filled.replace(beginning, beginning.replace(/\{\w+\}$/, id));
    }
  }
  return filled.replaceAll('{name}', 'blue').replaceAll(/\{\w+\}/g, '1-1');
}

function mayCall({ permissions, hasAccount }: Somebody, access: string): boolean {
  if (access === 'public') return true;
  if (permissions === null) return false;
  if (access === 'signed-in') return true;
  return access === 'account' ? hasAccount : allows({ permissions }, access as Permission);
}

/** Status and code, without waiting for streams to end. */
async function ask({ actor }: Somebody, { method, body }: Route, path: string) {
  const response = await actor.send(method, path, method === 'GET' ? undefined : body);
  const isProblem = response.headers.get('Content-Type') === 'application/problem+json';
  const code = isProblem ? ((await response.json()) as Problem).code : null;
  if (!isProblem) await response.body?.cancel();
  return { status: response.status, code };
}

describe('every route', () => {
  it('is told apart by a permission that somebody lacks', () => {
    expect(routes.length).toBeGreaterThan(30);
    for (const { name, access } of routes) {
      if (access === 'public' || access === 'signed-in') continue;
      const who = people.map((somebody) => mayCall(somebody, access));
      expect([name, who.includes(true), who.includes(false)]).toEqual([name, true, true]);
    }
  });

  it('refuses whoever may not call it, and nothing changes by that', async () => {
    const before = await snapshotOf(world.testDatabase.owner);
    const wrong: unknown[] = [];
    for (const somebody of people) {
      for (const route of routes) {
        if (mayCall(somebody, route.access)) continue;
        const { status, code } = await ask(somebody, route, fill(route.path, true));
        const expected =
          somebody.permissions === null ? [401, 'not_signed_in'] : [403, 'forbidden'];
        if (status !== expected[0] || code !== expected[1]) {
          wrong.push([somebody.name, route.name, status, code]);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(await snapshotOf(world.testDatabase.owner)).toEqual(before);
  });

  it('shows and changes nothing of another team, whatever may be called', async () => {
    const before = await snapshotOf(world.testDatabase.owner);
    const wrong: unknown[] = [];
    const foreigners = people.filter(({ isForeign }) => isForeign);
    expect(foreigners).toHaveLength(2);
    for (const somebody of foreigners) {
      for (const route of routes) {
        if (route.access === 'public' || !route.path.includes('{')) continue;
        const path = fill(route.path, true);
        if (path === fill(route.path, false)) continue;
        const { status } = await ask(somebody, route, path);
        if (status !== 403 && status !== 404) wrong.push([somebody.name, route.name, status]);
      }
      for (const route of routes) {
        if (route.method !== 'GET' || route.path.includes('{') || route.access === 'public')
          continue;
        if (route.path === '/api/events') continue;
        const text = await (await somebody.actor.request(route.path)).text();
        if (text.includes(MARK)) wrong.push([somebody.name, route.name, 'shows it']);
      }
    }
    expect(wrong).toEqual([]);
    expect(await snapshotOf(world.testDatabase.owner)).toEqual(before);
  });

  it('lets in whoever may call it', async () => {
    const wrong: unknown[] = [];
    for (const somebody of people) {
      for (const route of routes) {
        if (route.access === 'public' || !mayCall(somebody, route.access)) continue;
        // Nothing is there, and no body fits: it gets no further than to be let in. No worker is there
        // either, so that what needs one says 503.
        const path = fill(route.path, false);
        const { status, code } = await ask(somebody, { ...route, body: { no: 1 } }, path);
        if (status === 401 || code === 'forbidden' || status === 500) {
          wrong.push([somebody.name, route.name, status, code]);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
