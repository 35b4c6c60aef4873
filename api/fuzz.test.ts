import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createAuditActivities } from '../activities/audit.ts';
import { newKeys } from '../prisma/audit/audit.world.ts';
import type { ApiActor } from './actor.world.ts';
import { snapshotOf } from './authorization.world.ts';
import { type HostileRequest, hostileRequests } from './fuzz-requests.world.ts';
import { OpenapiDocument, type Route } from './openapi.world.ts';
import { makePerson, PASSWORD } from './identity/identity.world.ts';
import { PlayedGithub } from './registrations/played-github.world.ts';
import { TeamsWorld } from './scope.world.ts';

/** The same requests every time; another number, other requests. */
const SEED = 20_261_121;
const RUNS = 40;
const FEW_RUNS = 8;

/** Each request is work for a worker. */
const SLOW = new Set(['GET /api/audit/verify', 'POST /api/audit/cleanup']);

/** Others can only be deleted while they hold nothing, or are gone with these. */
const HOLDERS = new Set(['DELETE /api/auth/users/{id}', 'DELETE /api/v1/admin/teams/{name}']);

/** What a refused request may leave behind: sign-ins that failed are counted, to be locked out. */
const COUNTS = 'POST /api/auth/login';

/** Requests that are carried out, to be bent; for other routes the document says enough to make some. */
const GOOD: Record<string, object> = {
  'POST /api/auth/login': { username: 'ada', password: PASSWORD },
  'POST /api/auth/users': { username: 'lin', name: 'Lin', role: 'viewer' },
  'PUT /api/auth/users/{id}': { name: 'Ada', role: 'viewer', scope: 'all', active: true },
  'POST /api/v1/runners/provision': { runner_name: 'mine', labels: ['gpu'], target: 'acme' },
  'POST /api/v1/admin/teams/{name}/members': { kind: 'user', value: 'ada' },
  'POST /api/v1/admin/label-policies': { subject: 'user:ada', allowed: ['*'], max_runners: 9 },
};

/** Routes that let nobody through here, and why. */
const BARRED: Record<string, string> = {
  'POST /api/webhooks/github': 'wants a signature: api/deliveries/fuzz.test.ts has them',
  'POST /api/integrations/github/webhook': 'as the other',
  'POST /api/auth/refresh': 'wants the token of a session',
  'POST /api/auth/password': 'wants an account with a password, and would end sessions',
  'POST /api/jobs/{id}/retry': 'the job runs',
  'POST /api/webhooks/deliveries/{id}/replay': 'the delivery has no payload',
};

let teams: TeamsWorld;
let github: PlayedGithub;
let folder: string;
let document: OpenapiDocument;
let people: Record<string, ApiActor>;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  teams = await TeamsWorld.start({ AUDIT_WAIT: '20s', REGISTRATION_TARGETS: 'acme' });
  const { api } = teams;
  folder = await mkdtemp(join(tmpdir(), 'runyard-fuzz-'));
  const audit = { database: api.records, folder, keys: newKeys(), retentionDays: 90 };
  github = await PlayedGithub.start(
    api,
    inject('temporalAddress'),
    inject('workflowBundlePath'),
    createAuditActivities(audit),
  );
  document = await OpenapiDocument.of(api.app);
  await makePerson(api, { username: 'ada' });
  people = {
    nobody: await api.as('none'),
    viewer: await api.as('viewer'),
    operator: await api.as('operator'),
    admin: await api.as('admin'),
    'token for audit:read': await api.as({ role: 'admin', permissions: ['audit:read'] }),
    ...Object.fromEntries(teams.people.map(({ name, actor }) => [`${name} of a team`, actor])),
  };
});
afterAll(async () => {
  for (const { id } of await teams.api.records.registration.findMany()) {
    await teams.api
      .workflow(`registration/${id}`)
      .terminate()
      .catch(() => undefined);
  }
  await github.stop();
  await teams.stop();
  await rm(folder, { recursive: true, force: true });
});

it('answers whatever is sent by whoever as the document says, and changes nothing of what it refuses', async () => {
  // half of them as somebody who gets past the permissions
  const who = fc.oneof(fc.constant('admin'), fc.constantFrom(...Object.keys(people)));
  // what is there is deleted last, and what holds other things after these
  const last = ({ name, method }: Route) => (HOLDERS.has(name) ? 2 : Number(method === 'DELETE'));
  const routes = document.routes.toSorted((one, other) => last(one) - last(other));
  const statuses: Record<string, Set<number>> = {};
  const wrong: string[] = [];
  let kept: string | null = null;
  for (const [index, route] of routes.entries()) {
    const isPlain = SLOW.has(route.name) || (route.method === 'GET' && !route.parameters.length);
    const numRuns = isPlain ? FEW_RUNS : RUNS;
    const requests = hostileRequests(document, route, {
      path: presentOf(route),
      body: GOOD[route.name],
    });
    const seen = (statuses[route.name] = new Set<number>());
    const isReading = route.method === 'GET';
    const trial = fc.asyncProperty(who, requests, async (name, sent) => {
      if (!isReading) kept ??= await fingerprint();
      const response = await send(name, route, sent);
      seen.add(response.status);
      const problems = await problemsOf(route, sent, response);
      if (!isReading) {
        const isSame = isRefused(response) ? (await fingerprint()) === kept : true;
        if (!isSame && route.name !== COUNTS) problems.push(`${response.status} changed something`);
        if (!isSame || !isRefused(response)) kept = null;
      }
      if (problems.length > 0) throw new Error(problems.join('\n'));
    });
    const { failed, seed, counterexamplePath, counterexample, errorInstance } = await fc.check(
      trial,
      { seed: SEED + index, numRuns, endOnFailure: true },
    );
    if (failed) {
      const example = JSON.stringify(counterexample).slice(0, 1500);
      const error = String(errorInstance).slice(0, 1500);
      wrong.push(`${route.name} (seed ${seed}, path ${counterexamplePath})\n${example}\n${error}`);
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n\n'));
  const barred = routes.filter(({ name }) => ![...(statuses[name] ?? [])].some((one) => one < 400));
  expect(barred.map(({ name }) => name).filter((name) => !(name in BARRED))).toEqual([]);
  const all = new Set(Object.values(statuses).flatMap((seen) => [...seen]));
  expect([...all]).toEqual(
    expect.arrayContaining([200, 201, 202, 204, 302, 400, 401, 403, 404, 409, 413, 415, 422]),
  );
}, 120_000);

it('answers any other address, and never with an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      fc.constantFrom('', 'api/', 'api/auth/', 'api/v1/', 'docs/', 'assets/'),
      fc.string({ unit: 'binary', maxLength: 100 }),
      async (method, start, text) => {
        const path = `/${start}${encodeURIComponent(text)}`;
        const response = await teams.api.request(path, { method });
        expect(response.status).toBeLessThan(500);
        await response.body?.cancel();
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});

/** The path to the other team's thing that the route is about, if it is about one. */
function presentOf({ path }: Route): string | undefined {
  let filled = path;
  for (const [beginning, id] of Object.entries(teams.foreign)) {
    filled = filled.replace(
      beginning,
      beginning.replace(/\{\w+\}$/, () => id),
    );
  }
  return filled === path || filled.includes('{') ? undefined : filled;
}

function send(name: string, { method }: Route, { path, headers, body }: HostileRequest) {
  const actor = people[name] as ApiActor;
  return actor.request(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
}

async function problemsOf(
  route: Route,
  { path }: HostileRequest,
  response: Response,
): Promise<string[]> {
  // all that it depends on is there
  if (response.status >= 500) {
    return [`${response.status}: ${await response.text()}`];
  }
  // such as `/api/jobs/..`, which is another address
  if (!isOf(route, path)) return [];
  return document.problemsOf(route, response);
}

function isOf(route: Route, path: string): boolean {
  const pattern = route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(new URL(path, 'http://localhost').pathname);
}

const isRefused = ({ status }: Response) => status >= 400 && status < 500;

/** Of all that is kept, but for what tells of requests, and what workflows go on to write by themselves. */
async function fingerprint(): Promise<string> {
  const { registrations = [], ...kept } = await snapshotOf(teams.api.testDatabase.owner);
  const rows = { ...kept, registrations: registrations.length };
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
