import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { hashPassword } from '../../prisma/password-hash.ts';
import { Client, Connection } from '@temporalio/client';
import type { ApiActor } from '../actor.world.ts';
import { randomId, workflowJob } from '../api.world.ts';
import { given, TokenServiceWorld, unique } from '../registrations/token-service.world.ts';
import type { AuditPage } from '../schemas/audit.ts';
import type { Problem } from '../schemas/problem.ts';

/** One call of each route that changes something, in an order in which all of them succeed. */
interface Call {
  /** As in the OpenAPI document. */
  route: string;
  status: number;
  send: () => Promise<Response>;
}

let world: TokenServiceWorld;
let temporal: Connection;
let calls: Call[];
beforeAll(async () => {
  world = await TokenServiceWorld.start();
  temporal = await Connection.connect({ address: inject('temporalAddress') });
  calls = await prepareCalls();
});
afterAll(async () => {
  await temporal?.close();
  await world?.stop();
});

const PASSWORD = 'correct horse battery staple 7';

async function prepareCalls(): Promise<Call[]> {
  const { api, admin } = world;
  const { records } = api;
  const job = (fields: object) => {
    const id = randomId();
    return records.job.create({
      data: {
        id: `1296269-${id}`,
        repositoryId: 1296269,
        githubJobId: id,
        runId: 1,
        repository: 'octo/app',
        name: 'build',
        labels: ['self-hosted'],
        correlationId: 'before',
        queuedAt: new Date(),
        ...fields,
      },
    });
  };
  const cancelled = await job({});
  const retried = await job({ status: 'failed' });
  await api.handled(workflowJob('queued'), { guid: 'to-be-replayed' });
  const delivery = await api.delivery('to-be-replayed');
  const member = await world.member();
  const [synced, removed] = [await given(member), await given(member)];
  const target = await api.as({ role: 'viewer', username: unique('user') });
  const leaver = await api.as({ role: 'viewer', username: unique('user') });
  const team = unique('team');
  await admin.post('/api/v1/admin/teams', { name: team });
  const added = await admin.post(`/api/v1/admin/teams/${team}/members`, {
    kind: 'user',
    value: 'somebody',
  });
  const { id: memberId } = (await added.json()) as { id: string };
  const subject = `team:${team}`;
  await admin.post('/api/v1/admin/label-policies', { subject, allowed: ['linux'] });
  const made = (await (await admin.post('/api/auth/tokens', { name: 'old' })).json()) as {
    id: string;
  };
  const person = await api.as({
    role: 'viewer',
    username: unique('person'),
    passwordHash: await hashPassword(PASSWORD),
  });
  const { username } = person.account;
  const nobody = await api.as('none');
  const signIn = async () =>
    (await (await nobody.post('/api/auth/login', { username, password: PASSWORD })).json()) as {
      access_token: string;
      refresh_token: string;
    };
  const [session, other] = [await signIn(), await signIn()];
  const inSession = (method: string, path: string, body?: unknown) =>
    nobody.send(method, path, body, { Authorization: `Bearer ${session.access_token}` });
  const sessions = (await (await inSession('GET', '/api/auth/sessions')).json()) as {
    items: { id: string; current: boolean }[];
  };
  const otherSession = sessions.items.find(({ current }) => !current)?.id ?? '';
  const call = (
    route: string,
    status: number,
    actor: ApiActor,
    parameters: Record<string, string | number | bigint> = {},
    body?: unknown,
  ): Call => {
    const [method = '', pattern = ''] = route.split(' ');
    const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(parameters[name])),
    );
    return { route, status, send: () => actor.send(method, path, body) };
  };
  const webhook = (path: string): Call => {
    const body = workflowJob('queued');
    return {
      route: `POST ${path}`,
      status: 202,
      send: () => api.webhook(body, { guid: `to-${path.length}` }),
    };
  };
  return [
    webhook('/api/webhooks/github'),
    call('POST /api/jobs/{id}/cancel', 202, admin, { id: cancelled.id }, {}),
    call('POST /api/jobs/{id}/retry', 202, admin, { id: retried.id }),
    call('POST /api/webhooks/deliveries/{id}/replay', 202, admin, { id: delivery.id }),
    call(
      'POST /api/auth/users',
      201,
      admin,
      {},
      { username: unique('new'), name: 'New', role: 'viewer' },
    ),
    call(
      'PUT /api/auth/users/{id}',
      200,
      admin,
      { id: target.account.userId },
      { role: 'operator' },
    ),
    call('DELETE /api/auth/users/{id}', 204, admin, { id: leaver.account.userId }),
    call('POST /api/auth/tokens', 201, admin, {}, { name: 'new' }),
    call('DELETE /api/auth/tokens/{id}', 204, admin, { id: made.id }),
    call('POST /api/auth/login', 200, nobody, {}, { username, password: PASSWORD }),
    call('POST /api/auth/refresh', 200, nobody, {}, { refresh_token: other.refresh_token }),
    {
      route: 'DELETE /api/auth/sessions/{id}',
      status: 204,
      send: () => inSession('DELETE', `/api/auth/sessions/${otherSession}`),
    },
    {
      route: 'POST /api/auth/password',
      status: 204,
      send: () =>
        inSession('POST', '/api/auth/password', {
          current_password: PASSWORD,
          new_password: `${PASSWORD} and more`,
        }),
    },
    {
      route: 'POST /api/auth/logout',
      status: 204,
      send: () => inSession('POST', '/api/auth/logout'),
    },
    call(
      'POST /api/v1/runners/provision',
      201,
      member,
      {},
      { runner_name: unique(), labels: ['linux'] },
    ),
    call('POST /api/v1/runners/{name}/refresh', 200, member, { name: synced.name }),
    call('DELETE /api/v1/runners/{name}', 204, member, { name: removed.name }),
    call(
      'POST /api/v1/admin/label-policies',
      200,
      admin,
      {},
      { subject, allowed: ['linux', 'gpu'] },
    ),
    call('DELETE /api/v1/admin/label-policies/{subject}', 204, admin, { subject }),
    call('POST /api/v1/admin/teams', 201, admin, {}, { name: unique('team') }),
    call(
      'PATCH /api/v1/admin/teams/{name}',
      200,
      admin,
      { name: team },
      { description: 'changed' },
    ),
    call(
      'POST /api/v1/admin/teams/{name}/members',
      201,
      admin,
      { name: team },
      { kind: 'user', value: 'another' },
    ),
    call('DELETE /api/v1/admin/teams/{name}/members/{id}', 204, admin, {
      name: team,
      id: memberId,
    }),
    call('DELETE /api/v1/admin/teams/{name}', 204, admin, { name: team }),
    // nobody cleans up here: that it was asked for is audited, and then it takes too long
    call('POST /api/audit/cleanup', 503, admin, {}, {}),
  ];
}

/** Every row of every table, but for what only counts attempts and uses, and for the log itself. */
async function snapshot(): Promise<Record<string, string>> {
  const { owner } = world.api.testDatabase;
  const tables = await owner.$queryRaw<{ name: string }[]>`
    SELECT quote_ident(table_name) AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_name NOT LIKE 'audit_%'
      AND table_name NOT IN ('idempotency_keys', 'sign_in_throttles', '_prisma_migrations')`;
  const digests: Record<string, string> = {};
  for (const { name } of tables) {
    const rows = await owner.$queryRawUnsafe<{ line: string }[]>(
      `SELECT (to_jsonb(whole) - 'last_used_at')::text AS line FROM ${name} AS whole ORDER BY 1`,
    );
    digests[name] = createHash('sha256')
      .update(rows.map(({ line }) => line).join('\n'))
      .digest('hex');
  }
  return digests;
}

/** Workflows that were started on the world's queue, with the length of their histories. */
async function workflows(): Promise<string[]> {
  const { workflow } = new Client({ connection: temporal });
  const query = `TaskQueue = '${world.api.taskQueue}'`;
  const found: string[] = [];
  for await (const { workflowId, runId } of workflow.list({ query })) {
    const { historyLength } = await workflow.getHandle(workflowId, runId).describe();
    found.push(`${workflowId} ${runId} ${historyLength}`);
  }
  return found.toSorted();
}

/** What no call may change; taken once nothing moves any more. */
async function settled() {
  const take = async () => ({
    tables: await snapshot(),
    workflows: await workflows(),
    github: world.github.credentials.length,
  });
  let last = await take();
  await vi.waitFor(
    async () => {
      const now = await take();
      const same = JSON.stringify(now) === JSON.stringify(last);
      last = now;
      if (!same) throw new Error('Something is still under way');
    },
    { timeout: 15_000, interval: 300 },
  );
  return last;
}

it('has a call of every route that changes something', async () => {
  const document = (await (await world.api.app.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'get')
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  // the second address of webhooks is the first one's handler
  const known = [...calls.map(({ route }) => route), 'POST /api/integrations/github/webhook'];
  expect(routes.toSorted()).toEqual(known.toSorted());
});

const outages = {
  'its table is gone': {
    begin: () =>
      world.api.testDatabase.owner
        .$executeRaw`ALTER TABLE audit_pending RENAME TO audit_pending_away`,
    end: () =>
      world.api.testDatabase.owner
        .$executeRaw`ALTER TABLE audit_pending_away RENAME TO audit_pending`,
  },
  'it may not be written': {
    begin: () =>
      world.api.testDatabase.owner
        .$executeRaw`REVOKE INSERT ON audit_pending FROM runyard_application`,
    end: () =>
      world.api.testDatabase.owner
        .$executeRaw`GRANT INSERT ON audit_pending TO runyard_application`,
  },
};

describe.each(Object.entries(outages))('while %s', (_, { begin, end }) => {
  it('refuses every change, and changes nothing', async () => {
    const before = await settled();
    await begin();
    try {
      for (const { route, send } of calls) {
        const response = await send();
        const problem = (await response.json()) as Problem;
        expect([route, response.status, problem.code]).toEqual([route, 503, 'audit_unavailable']);
        expect(response.headers.get('Retry-After')).toBe('5');
        expect(response.headers.get('Content-Type')).toBe('application/problem+json');
      }
    } finally {
      await end();
    }
    expect(await settled()).toEqual(before);
  });
});

it('refuses every change while the database is away', async () => {
  const before = await settled();
  world.api.database.cut();
  try {
    for (const { route, send } of calls) {
      const response = await send();
      expect([route, response.status]).toEqual([route, 503]);
    }
  } finally {
    world.api.database.restore();
  }
  expect(await settled()).toEqual(before);
});

it('refuses a change when somebody holds the log locked, and then goes on', async () => {
  const before = await settled();
  const route = 'POST /api/v1/admin/teams';
  const create = calls.find((call) => call.route === route)?.send;
  const locked = await world.api.testDatabase.owner.$transaction(
    async (holder) => {
      await holder.$executeRaw`LOCK TABLE audit_pending IN ACCESS EXCLUSIVE MODE`;
      return create?.();
    },
    { timeout: 20_000 },
  );
  expect(locked?.status).toBe(503);
  expect(await settled()).toEqual(before);
});

it('does everything once the log can be written again, and tells of each under its id', async () => {
  for (const { route, status, send } of calls) {
    const response = await send();
    expect([route, response.status]).toEqual([route, status]);
    const id = response.headers.get('X-Correlation-Id') ?? '';
    const told = await world.admin.request(`/api/audit/logs?correlation_id=${id}`);
    const { items } = (await told.json()) as AuditPage;
    expect([route, items.length > 0]).toEqual([route, true]);
    const isOurs = items.every(({ actor }) => ['system', 'github'].includes(actor.kind));
    // what nobody asked for by name was GitHub
    expect([route, isOurs]).toEqual([route, route === 'POST /api/webhooks/github']);
  }
});
