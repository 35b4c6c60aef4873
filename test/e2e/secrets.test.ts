import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '@temporalio/common/lib/encoding.js';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MintedRunner } from '../../workflows/contracts/host-activities.ts';
import type { Secret } from '../../domain/secret.ts';
import { newToken } from '../../simulator/tokens.ts';
import { SECRET_SETTINGS } from '../../config/schema.ts';
import { parsePayloadKeys } from '../../worker/codec/keys.ts';
import { payloadConverter } from '../../worker/codec/payload-converter.ts';
import { SecretCodec } from '../../worker/codec/secret-codec.ts';
import {
  type Exposed,
  readDatabase,
  readHistories,
  readLogs,
  readProcesses,
} from '../parts/exposed-places.ts';
import { letGo, queueHeld } from '../parts/held-job.ts';
import { makeSigningKeys } from '../../config/make-signing-keys.ts';
import { parseSigningKeys } from '../../config/signing-keys.ts';
import { docker } from '../parts/remains.ts';
import { idOf, RunyardApi } from '../parts/runyard-api.ts';
import { findSecrets, type Places, type Secrets } from '../parts/secret-search.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';

const MINT = { method: 'POST', route: '/repos/*/*/actions/runners/generate-jitconfig' };
const MARKER = `marker-${randomBytes(12).toString('hex')}`;
const given = {
  AUTH_SIGNING_KEYS: makeSigningKeys(),
  GITHUB_WEBHOOK_SECRET: randomBytes(32).toString('base64url'),
  PAYLOAD_ENCRYPTION_KEYS: `known:${randomBytes(32).toString('base64')}`,
};
/** Given as the setting itself, as variables of the environment often are. */
const byValue = randomBytes(32).toString('base64url');
const mistyped = randomBytes(32).toString('base64url');
const password = `${randomBytes(16).toString('hex')} is a password`;
/** Of installations' and Apps' tokens, whose values only the control worker ever has. */
const GITHUB_TOKEN = /gh[a-z]_\w{20,}/;
const JSON_WEB_TOKEN = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{40,}/;

let folder: string;
let bed: Testbed;
let secrets: Secrets;
let histories: Record<string, Exposed>;
/** Everything that others than its processes can get to see of the system, after a few jobs. */
const places: Places = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-known-secrets-'));
  const files: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    files[`${name}_FILE`] = join(folder, name);
    await writeFile(join(folder, name), value, { mode: 0o600 });
  }
  bed = await startTestbed('secrets', {
    ...files,
    GITHUB_WEBHOOK_SECRET_PREVIOUS: byValue,
    HOST_CAPACITY: '4',
    LOG_LEVEL: 'trace',
  });
  const cookies = await misbehave();
  const handedOut = await handOut();
  await runJobs();
  await fetchEverything();
  histories = await readHistories(bed.system);
  for (const [name, { content }] of Object.entries(histories)) places[name] = content;
  const databases = (await readdir(bed.system.dataDir)).filter((name) =>
    name.startsWith('temporal.db'),
  );
  for (const name of databases) places[name] = await readFile(join(bed.system.dataDir, name));
  Object.assign(
    places,
    await readDatabase(bed.system),
    await readLogs(bed.system),
    await readProcesses(bed.system),
  );
  secrets = { ...(await knownSecrets()), ...cookies, ...handedOut };
});
afterAll(async () => {
  await bed?.system.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Calls of which each is refused, and a sign-in. @returns what the session's cookies hold */
async function misbehave(): Promise<Secrets> {
  const { runyard, system } = bed;
  await keepAnswer('an unsigned call', await fetch(`${system.api}/api/jobs`));
  const stranger = new RunyardApi(system.api, mistyped);
  await keepAnswer('a mistyped token', await stranger.request('GET', '/api/jobs'));
  const login = '/api/auth/login';
  const body = { username: 'admin', password: mistyped };
  await keepAnswer('a mistyped sign-in', await stranger.request('POST', login, body));
  await keepAnswer('a broken sign-in', await runyard.request('POST', login, [mistyped]));
  // typed into the wrong field
  const swapped = { username: mistyped, password: 'admin' };
  await keepAnswer('a swapped sign-in', await runyard.request('POST', login, swapped));
  const user = { username: 'searcher', name: 'Searcher', role: 'viewer', password };
  await keepAnswer('a new user', await runyard.request('POST', '/api/auth/users', user), 201);
  const webhook = await fetch(`${system.api}/api/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'workflow_job',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
    },
    body: '{}',
  });
  expect(webhook.status).toBe(401);
  await keepAnswer('a forged webhook', webhook);

  const signIn = await fetch(`${system.api}${login}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ username: 'searcher', password, cookies: true }),
  });
  expect(signIn.status).toBe(200);
  places['answer to a sign-in'] = await signIn.text();
  const set = signIn.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  const headers = { cookie: set.join('; ') };
  const session = await fetch(`${system.api}/api/auth/profile`, { headers });
  expect(session.status).toBe(200);
  await keepAnswer('a session', session);
  const valueOf = (name: string) =>
    set.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  expect(valueOf('runyard_refresh')).not.toBe('');
  return {
    'signature of the access token': valueOf('runyard_access').split('.').at(-1) ?? '',
    'refresh token': valueOf('runyard_refresh'),
    'CSRF token': valueOf('runyard_csrf'),
  };
}

/** What is shown once to whom it's made for, and to nobody after that. */
async function handOut(): Promise<Secrets> {
  const { runyard, system } = bed;
  const made = async (path: string, body: object) => {
    const answer = await runyard.request('POST', path, body);
    const text = await answer.text();
    expect([path, answer.status, answer.status === 201 ? '' : text]).toEqual([path, 201, '']);
    return JSON.parse(text) as Record<string, string>;
  };
  const user = { username: 'handed', name: 'Handed', role: 'viewer' };
  const { initial_password: initial = '' } = await made('/api/auth/users', user);
  const token = await made('/api/auth/tokens', { name: 'handed out' });
  await bed.github.call('POST', '/repositories', { full_name: 'acme/handed' });
  const provision = (mode: string) =>
    made('/api/v1/runners/provision', {
      runner_name: `handed-${mode.replaceAll('_', '-')}`,
      labels: ['linux'],
      target: 'acme/handed',
      mode,
      ...(mode === 'jit' ? {} : { ephemeral: true }),
    });
  const { jit_config: jit = '' } = await provision('jit');
  const { registration_token: registration = '' } = await provision('registration_token');
  for (const mode of ['jit', 'registration-token']) {
    const answer = await runyard.request('DELETE', `/api/v1/runners/handed-${mode}?force=true`);
    await keepAnswer(`the end of a registration by ${mode}`, answer, 204);
  }
  // a token of an identity provider that nobody trusts here
  const stranger = await new SignJWT({ iss: 'https://issuer.example', sub: 'somebody' })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(randomBytes(32));
  const refused = await new RunyardApi(system.api, stranger).request('GET', '/api/jobs');
  await keepAnswer('a token of an unknown issuer', refused, 401);
  // somebody looks for a secret in the log, and exports what was found: both are told of
  const search = `/api/audit/export?text=${encodeURIComponent(token['token'] ?? '')}&format=csv`;
  await keepAnswer('a search for a token', await runyard.request('GET', search), 200);
  return {
    'initial password': initial,
    'API token that was made': token['token'] ?? '',
    'JIT configuration of a registration': jit,
    'registration token': registration,
    'signature of a foreign token': stranger.split('.').at(-1) ?? '',
  };
}

/** One that succeeds, one that fails, one that is cancelled while it runs, one that GitHub refuses. */
async function runJobs(): Promise<void> {
  const { github, runyard } = bed;
  await runyard.ended(await github.queueScript('acme/refused', `echo ${MARKER}; exit 3`));

  const held = await queueHeld(bed, 'acme/held', 'held');
  const cancelled = await github.queueScript('acme/cancelled', 'sleep 60');
  const running = await runyard.until(held, (one) => one.status === 'running');
  const inspection = await docker.getContainer(running.container_id ?? '').inspect();
  places['docker inspect'] = JSON.stringify(inspection);
  expect(places['docker inspect']).toContain(idOf(held));
  for (const network of Object.values(inspection.NetworkSettings.Networks)) {
    places['docker network inspect'] = JSON.stringify(
      await docker.getNetwork(network.NetworkID).inspect(),
    );
  }
  Object.assign(places, renamed('while a job runs: ', await readProcesses(bed.system)));
  await runyard.until(cancelled, (one) => one.status === 'running');
  await runyard.request('POST', `/api/jobs/${idOf(cancelled)}/cancel`, { reason: 'a mistake' });
  await letGo(bed, held);
  expect(await runyard.ended(held)).toMatchObject({ conclusion: 'success' });
  expect(await runyard.ended(cancelled)).toMatchObject({ status: 'cancelled' });

  const fault = await github.fault({ ...MINT, kind: 'error', status: 404, count: 0 });
  const refused = await github.queueScript('acme/web', 'echo never');
  expect(await runyard.ended(refused)).toMatchObject({ error_code: 'github_refused' });
  await github.call('DELETE', `/faults/${fault.id}`);
  await bed.expectNothingLeft([held, cancelled, refused]);
}

/** What the API, the dashboard and the workers' own servers tell those who may ask. */
async function fetchEverything(): Promise<void> {
  const { runyard, system } = bed;
  const keep = async (path: string) =>
    keepAnswer(`GET ${path}`, await runyard.request('GET', path), 200);
  const collections = ['/api/jobs', '/api/webhooks/deliveries', '/api/hosts'];
  for (const path of ['/', '/docs', '/openapi.json', '/health', '/ready', '/metrics']) {
    await keep(path);
  }
  await keep('/api/overview');
  for (const collection of collections) {
    await keep(collection);
    const { items } = await runyard.get<{ items: { id: string }[] }>(collection);
    expect(items).not.toEqual([]);
    for (const { id } of items) await keep(`${collection}/${id}`);
  }
  for (const path of ['logs?limit=200', 'stats', 'security?limit=200', 'verify']) {
    await keep(`/api/audit/${path}`);
  }
  for (const format of ['json', 'csv', 'ndjson']) await keep(`/api/audit/export?format=${format}`);
  for (const { id, runner_name: runner } of await runyard.jobs()) {
    if (runner) await keep(`/api/jobs/${id}/logs`);
  }
  for (const [name, address] of Object.entries(system.endpoints.metrics)) {
    const headers = { authorization: `Bearer ${system.token}` };
    await keepAnswer(`metrics of ${name}`, await fetch(address, { headers }), 200);
  }
  for (const name of ['endpoints.json', 'processes.json', 'ports.json']) {
    places[name] = await readFile(join(system.dataDir, name));
  }
}

async function keepAnswer(name: string, answer: Response, status?: number): Promise<void> {
  if (status !== undefined) expect([name, answer.status]).toEqual([name, status]);
  const headers = JSON.stringify([...answer.headers]);
  places[`answer to ${name}`] = `${answer.status} ${headers}\n${await answer.text()}`;
}

/** The secrets that were given, those that the first start made, and those of every runner. */
async function knownSecrets(): Promise<Secrets> {
  const file = async (name: string) =>
    (await readFile(join(bed.system.dataDir, name), 'utf8')).trim();
  const [, key = ''] = given.PAYLOAD_ENCRYPTION_KEYS.split(':');
  const privateKey = (await file('app-private-key.pem')).split('\n').slice(1, -2);
  expect(privateKey.length).toBeGreaterThan(20);
  return {
    'API token': bed.system.token,
    'signing key': parseSigningKeys('given', given.AUTH_SIGNING_KEYS)[0]?.d ?? '',
    password,
    'password of the first administrator': await printedPassword(),
    'webhook secret': given.GITHUB_WEBHOOK_SECRET,
    'payload key, as text': key,
    'payload key': Buffer.from(key, 'base64'),
    'mistyped token': mistyped,
    'database password': await file('database-password'),
    'password of the processes': await file('database-application-password'),
    'audit signing key': JSON.parse(await file('audit-signing-keys')).keys[0].d as string,
    ...Object.fromEntries(privateKey.map((line, at) => [`line ${at} of the App’s key`, line])),
    ...(await runnersSecrets()),
  };
}

/** On the terminal alone. */
async function printedPassword(): Promise<string> {
  const printed = await bed.system.printed((text) => /Password +\S/.test(text));
  return /Password +(\S+)/.exec(printed)?.[1] ?? '';
}

/** What the histories hold encrypted: the configurations of all runners, and what is in these. */
async function runnersSecrets(): Promise<Secrets> {
  const codec = new SecretCodec(parsePayloadKeys(given.PAYLOAD_ENCRYPTION_KEYS));
  const found: Secrets = {};
  for (const { payloads } of Object.values(histories)) {
    const encrypted = payloads.filter(
      ({ metadata }) => decode(metadata['encoding'] ?? new Uint8Array()) === 'binary/encrypted',
    );
    for (const payload of await codec.decode(encrypted)) {
      const minted = payloadConverter.fromPayload<Secret<MintedRunner>>(payload);
      const { runnerName, jitConfig } = minted.reveal();
      // what registrations were given is known by another way
      if (runnerName === undefined) continue;
      const { token } = JSON.parse(Buffer.from(jitConfig, 'base64').toString()) as {
        token: string;
      };
      found[`JIT configuration of ${runnerName}`] = jitConfig;
      found[`token of ${runnerName}`] = token;
    }
  }
  return found;
}

function renamed(prefix: string, some: Places): Places {
  return Object.fromEntries(Object.entries(some).map(([name, value]) => [prefix + name, value]));
}

it('looks where things are found, in whatever form they stand', () => {
  const names = findSecrets({ marker: MARKER }, places);
  expect(names).toContainEqual(expect.stringMatching(/^marker .* in table .*runner_log_chunks$/));
  expect(names).toContainEqual(expect.stringMatching(/^marker .* in answer to GET .*\/logs$/));
  const files = findSecrets({ folder }, places).join('\n');
  expect(files).toContain('in environment of api');
  const repository = findSecrets({ repository: 'acme/refused' }, places).join('\n');
  expect(repository).toContain('in temporal.db');
  expect(repository).toContain('in history of job/');
  const value = Buffer.from(MARKER);
  for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const) {
    for (const before of ['', 'a', 'ab', 'abc']) {
      const text = Buffer.concat([Buffer.from(before), value, Buffer.from('?')]).toString(encoding);
      expect(findSecrets({ marker: value }, { text })).not.toEqual([]);
    }
  }
});

it('knows the secrets of all its runners', () => {
  const runners = Object.keys(secrets).filter((name) => name.startsWith('token of ry-'));
  expect(runners).toHaveLength(3);
});

it('has handed out what it looks for', () => {
  for (const [name, value] of Object.entries(secrets)) {
    expect([name, value.length >= 8]).toEqual([name, true]);
  }
  const exported = places['answer to GET /api/audit/export?format=ndjson'] as string;
  for (const type of ['session.failed', 'api_token.created', 'registration.provisioned']) {
    expect(exported).toContain(`"type":"${type}"`);
  }
});

it('shows no secret anywhere', () => {
  // the first administrator's password is printed once, for whoever starts the system
  const printed = /^password of the first administrator .* in output of the supervisor$/;
  expect(findSecrets(secrets, places).filter((found) => !printed.test(found))).toEqual([]);
});

it('shows no token of GitHub’s anywhere', async () => {
  expect(newToken('ghs_')).toMatch(GITHUB_TOKEN);
  const key = randomBytes(32);
  const signed = await new SignJWT({ iss: '1' }).setProtectedHeader({ alg: 'HS256' }).sign(key);
  expect(signed).toMatch(JSON_WEB_TOKEN);
  const shown = Object.entries(places).flatMap(([name, content]) => {
    const text = Buffer.from(content as string).toString('latin1');
    return [GITHUB_TOKEN, JSON_WEB_TOKEN].flatMap((kind) =>
      kind.test(text) ? [`${kind.source} in ${name}`] : [],
    );
  });
  expect(shown).toEqual([]);
});

it('tells each process of its own secrets alone', () => {
  const told = (process_: string) =>
    Buffer.from(places[`environment of ${process_}`] as string)
      .toString()
      .split('\0')
      .map((variable) => variable.split('=')[0] ?? '')
      .filter((name) => SECRET_SETTINGS.some((secret) => name.startsWith(secret)))
      .toSorted();
  expect(told('api')).toEqual([
    'AUTH_SIGNING_KEYS_FILE',
    'DATABASE_URL_FILE',
    'GITHUB_WEBHOOK_SECRET_FILE',
    // given by value
    'GITHUB_WEBHOOK_SECRET_PREVIOUS',
    // it hands out the credentials of provisioned runners, which histories hold encrypted
    'PAYLOAD_ENCRYPTION_KEYS_FILE',
  ]);
  expect(told('control_worker')).toEqual([
    'AUDIT_SIGNING_KEYS_FILE',
    'DATABASE_URL_FILE',
    'GITHUB_APP_PRIVATE_KEY_FILE',
    'PAYLOAD_ENCRYPTION_KEYS_FILE',
  ]);
  expect(told('host_worker')).toEqual(['DATABASE_URL_FILE', 'PAYLOAD_ENCRYPTION_KEYS_FILE']);
});

it('passes a secret that was given by value to none but the process that uses it', () => {
  const found = findSecrets({ secret: byValue }, places).filter((one) => one.includes('as it is'));
  const after = 'secret (as it is) in ';
  expect(found.map((one) => one.slice(after.length)).toSorted()).toEqual([
    'environment of api',
    'environment of supervisor',
    'while a job runs: environment of api',
    'while a job runs: environment of supervisor',
  ]);
});
