import { type ChildProcess, fork } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeAll, afterAll, describe, expect, inject, it } from 'vitest';
import { projectRoot } from '../config/root.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { makeAccount } from './actor.world.ts';
import { PAYLOAD_KEYS, SIGNING_KEYS, WEBHOOK_SECRET, workflowJob } from './api.world.ts';
import { EventReader } from './live/live.world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function launch(environment: NodeJS.ProcessEnv) {
  const child = fork(join(projectRoot(), 'api', 'server.ts'), {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'silent', PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  return child;
}

async function start(environment: NodeJS.ProcessEnv = {}) {
  const child = launch({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    AUTH_SIGNING_KEYS: SIGNING_KEYS,
    PAYLOAD_ENCRYPTION_KEYS: PAYLOAD_KEYS,
    GITHUB_WEBHOOK_SECRET: WEBHOOK_SECRET,
    ...environment,
  });
  const [message] = (await once(child, 'message')) as [
    { ready: boolean; addresses: { api: string } },
  ];
  expect(message.ready).toBe(true);
  return { child, url: message.addresses.api };
}

const ended = (child: ChildProcess) =>
  once(child, 'exit') as Promise<[number | null, string | null]>;

/** Sends a webhook in pieces, as a client that doesn't say how much is coming. */
function sendChunked(url: string, chunks: readonly Buffer[], signed: Buffer) {
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(signed).digest('hex');
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sending = request(
      `${url}/api/webhooks/github`,
      {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Transfer-Encoding': 'chunked',
          'X-GitHub-Event': 'workflow_job',
          'X-GitHub-Delivery': randomUUID(),
          'X-Hub-Signature-256': `sha256=${signature}`,
        },
      },
      (response) => {
        let body = '';
        response.on('data', (data: Buffer) => (body += data.toString()));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      },
    );
    sending.on('error', reject);
    for (const chunk of chunks) sending.write(chunk);
    sending.end();
  });
}

describe('the process', () => {
  it('tells its parent where it listens, serves, and ends in order though clients follow', async () => {
    const { child, url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({ status: 'ready' });
    const { token } = await makeAccount(database.database, { role: 'viewer' });
    const headers = { Authorization: `Bearer ${token}` };
    const events = new EventReader(await fetch(`${url}/api/events`, { headers }));
    await events.named('ready');
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual([0, null]);
    await events.rest();
    expect(events.isEnded).toBe(true);
  });

  it('starts and serves without Temporal', async () => {
    const { child, url } = await start({ TEMPORAL_ADDRESS: '127.0.0.1:9' });
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({ status: 'degraded' });
    child.kill('SIGINT');
    expect(await ended(child)).toEqual([0, null]);
  });

  it('ends when its parent is gone', async () => {
    const { child } = await start();
    child.disconnect();
    expect(await ended(child)).toEqual([0, null]);
  });

  it('does not start without what it needs, and names all of it', async () => {
    const child = launch({ API_RATE_LIMIT: '5' });
    let said = '';
    child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
    expect(await ended(child)).toEqual([1, null]);
    for (const name of [
      'DATABASE_URL',
      'TEMPORAL_ADDRESS',
      'AUTH_SIGNING_KEYS',
      'GITHUB_WEBHOOK_SECRET',
    ]) {
      expect(said).toContain(`${name} (or ${name}_FILE) must be set`);
    }
  });

  it('says which entry of METRICS_UPSTREAMS is no address', async () => {
    const child = launch({
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: '127.0.0.1:9',
      AUTH_SIGNING_KEYS: SIGNING_KEYS,
      PAYLOAD_ENCRYPTION_KEYS: PAYLOAD_KEYS,
      GITHUB_WEBHOOK_SECRET: WEBHOOK_SECRET,
      METRICS_UPSTREAMS: 'http://127.0.0.1:1/metrics,nonsense',
    });
    let said = '';
    child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
    expect(await ended(child)).toEqual([1, null]);
    expect(said).toContain('METRICS_UPSTREAMS: "nonsense" is not an address');
  });
});

describe('webhooks over a connection', () => {
  it('takes a body of unknown length, up to the limit', async () => {
    const { url } = await start({ WEBHOOK_MAX_BYTES: '100000' });
    const body = Buffer.from(JSON.stringify(workflowJob('queued')));
    const half = Math.floor(body.length / 2);
    const taken = await sendChunked(url, [body.subarray(0, half), body.subarray(half)], body);
    expect(taken.status).toBe(202);
    const large = Array.from({ length: 11 }, () => Buffer.alloc(10_000, 'x'));
    const refused = await sendChunked(url, large, Buffer.concat(large));
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'body_too_large' });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('refuses a body that says it is too large', async () => {
    const { url } = await start({ WEBHOOK_MAX_BYTES: '100000' });
    const response = await fetch(`${url}/api/webhooks/github`, {
      method: 'POST',
      body: 'x'.repeat(300_000),
    });
    expect(response.status).toBe(413);
  });
});
