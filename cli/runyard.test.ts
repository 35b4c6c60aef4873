import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runyard } from './runyard.ts';

/** What the API of the test answers; the commands are tested against the real one end to end. */
type Answer = { status?: number; type?: string; body: string };

let folder: string;
let server: Server;
let url: string;
let answers: Record<string, Answer>;
let requests: { line: string; authorization: string | undefined; body: string }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-cli-'));
  answers = {};
  requests = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const line = `${request.method} ${request.url}`;
    const { authorization } = request.headers;
    requests.push({ line, authorization, body: await textOf(request) });
    const {
      status = 200,
      type = 'application/json',
      body,
    } = answers[line] ?? {
      status: 404,
      body: JSON.stringify({ detail: 'There is no such thing', code: 'not_found' }),
    };
    response.writeHead(status, { 'content-type': type }).end(body);
  };
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
  let out = '';
  let error = '';
  const code = await runyard(
    args,
    { RUNYARD_DATA_DIR: folder, RUNYARD_URL: url, RUNYARD_TOKEN: 'token', ...environment },
    { out: (text) => (out += text), error: (text) => (error += text) },
  );
  return { code, out, error };
}

const JOB = {
  id: '7-42',
  repository: 'acme/shop',
  name: 'build',
  status: 'completed',
  conclusion: 'success',
  host_id: 'one',
  received_at: new Date(Date.now() - 61_000).toISOString(),
};

describe('runyard jobs', () => {
  beforeEach(() => {
    answers['GET /api/jobs?limit=20&status=completed'] = {
      body: JSON.stringify({ items: [JOB], next_cursor: 'more' }),
    };
  });

  it('lists in columns, and says how to go on', async () => {
    const { code, out } = await run(['jobs', 'list', '--status', 'completed']);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'ID    REPOSITORY  NAME   STATUS     CONCLUSION  HOST  AGE',
      '7-42  acme/shop   build  completed  success     one   1m',
      'More: --cursor more',
      '',
    ]);
    expect(requests[0]?.authorization).toBe('Bearer token');
  });

  it('lists as JSON, exactly what the API says', async () => {
    const { out } = await run(['--json', 'jobs', 'list', '--status', 'completed']);
    expect(JSON.parse(out)).toEqual({ items: [JOB], next_cursor: 'more' });
    expect((await run(['jobs', 'list', '--status', 'completed', '--json'])).out).toBe(out);
  });

  it('cancels with a reason and a scope', async () => {
    answers['POST /api/jobs/7-42/cancel'] = { status: 202, body: JSON.stringify(JOB) };
    const { code, out } = await run([
      'jobs',
      'cancel',
      '7-42',
      '--reason',
      'no',
      '--scope',
      'runner',
    ]);
    expect([code, out]).toEqual([0, 'Job 7-42 is ending\n']);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ reason: 'no', scope: 'runner' });
  });

  it('follows a log to its end', async () => {
    answers['GET /api/jobs/7-42/logs?follow=1'] = {
      type: 'text/event-stream',
      body:
        'event: log\nid: 1\ndata: {"text":"one\\n","at":"x"}\n\n' +
        'event: log\nid: 2\ndata: {"text":"two\\n","at":"x"}\n\nevent: end\ndata: {}\n\n',
    };
    expect((await run(['jobs', 'logs', '-f', '7-42'])).out).toBe('one\ntwo\n');
    const lines = (await run(['jobs', 'logs', '-f', '7-42', '--json'])).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['log', 'log', 'end']);
  });
});

describe('what can go wrong has its exit code', () => {
  it.each([
    [404, 3],
    [401, 5],
    [403, 5],
    [409, 6],
    [422, 2],
    [500, 1],
    [503, 1],
  ])('the API answers %i: %i', async (status, exitCode) => {
    answers['POST /api/jobs/7-42/retry'] = {
      status,
      body: JSON.stringify({ detail: 'Because', code: 'because' }),
    };
    const { code, out, error } = await run(['jobs', 'retry', '7-42', '--json']);
    expect([code, out]).toEqual([exitCode, '']);
    expect(JSON.parse(error).error).toMatchObject({
      code: 'because',
      message: expect.stringContaining('Because'),
    });
  });

  it('nobody answers: 4', async () => {
    const { code, error } = await run(['hosts', 'list'], { RUNYARD_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(4);
    expect(error).toContain("doesn't answer at http://127.0.0.1:1");
  });

  it('no address is known: 4, and it says where it looked', async () => {
    const { code, error } = await run(['hosts', 'list'], { RUNYARD_URL: '' });
    expect(code).toBe(4);
    expect(error).toContain(folder);
  });

  it.each([
    [['jobs', 'list', '--limit', '0']],
    [['nonsense']],
    [['jobs', 'show']],
    [['jobs', 'cancel', 'x', '--scope', 'y']],
    [['jobs', 'list', '--url', 'x y']],
  ])('%j: 2', async (args) => {
    expect((await run(args)).code).toBe(2);
  });
});

it('finds address and token in the data folder', async () => {
  await writeFile(join(folder, 'endpoints.json'), JSON.stringify({ api: url }));
  await writeFile(join(folder, 'admin-token'), 'from the folder\n');
  answers['GET /api/hosts?limit=100'] = { body: '{"items":[],"next_cursor":null}' };
  const { code, out } = await run(['hosts', 'list'], { RUNYARD_URL: '', RUNYARD_TOKEN: '' });
  expect([code, out]).toEqual([0, 'No hosts\n']);
  expect(requests[0]?.authorization).toBe('Bearer from the folder');
});

it('says its exit codes in its help', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  expect(out).toContain("4  Runyard can't be reached");
});
