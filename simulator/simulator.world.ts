import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App } from '@octokit/app';
import { Octokit } from '@octokit/core';
import { RequestError } from '@octokit/request-error';
import { problemsOf } from './openapi.world.ts';
import type { Settings } from './settings.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const APP_ID = 4711;
export const WEBHOOK_SECRET = 'It is a secret to everybody';
export const privateKey = keys.privateKey;

export interface TestJob {
  id: number;
  run_id: number;
  name: string;
  status: string;
  conclusion: string | null;
  runner_name: string | null;
  assigned_runner: string | null;
  steps: { number: number; status: string; conclusion: string | null }[];
}

export interface ReceivedWebhook {
  headers: IncomingHttpHeaders;
  body: string;
  payload: { action?: string; workflow_job?: { id: number; status: string } };
}

/** A simulator, a receiver of its webhooks, and clients of both of its APIs. */
export interface TestGithub {
  simulator: Simulator;
  webhooks: ReceivedWebhook[];
  app: App;
  /** A client of the installation on an account, made where missing. */
  octokit(login: string): Promise<Octokit>;
  control<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Queues one job; its labels are `self-hosted`. */
  queue(repository: string, more?: object): Promise<TestJob>;
  waitFor(job: TestJob, status: string): Promise<TestJob>;
  /** Resolves once so many webhooks have been received. */
  received(count: number): Promise<void>;
  /** Resolves when no webhook is under way. */
  webhooksSent(): Promise<void>;
  /** Answer of the receiver to every webhook, 202 at first. */
  receiverStatus: number;
  close(): Promise<void>;
}

export interface TestGithubOptions {
  settings?: Partial<Settings>;
  stateFile?: string;
  port?: number;
  runnerListener?: { host: string; port: number };
  publicKey?: KeyObject;
}

export async function startTestGithub(options: TestGithubOptions = {}): Promise<TestGithub> {
  const webhooks: ReceivedWebhook[] = [];
  const arrivals = new EventEmitter();
  const receiver = await startReceiver((webhook) => {
    webhooks.push(webhook);
    arrivals.emit('webhook');
    return github.receiverStatus;
  });
  const simulator = await startSimulator({
    appId: APP_ID,
    publicKey: options.publicKey ?? keys.publicKey,
    port: options.port ?? 0,
    runnerListener: options.runnerListener ?? null,
    stateFile: options.stateFile ?? null,
    settings: {
      webhook_url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
      webhook_secret: WEBHOOK_SECRET,
      ...options.settings,
    },
  });
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${simulator.controlUrl}${path}`, {
      method,
      // A kept connection would be a broken one after a restart.
      headers: { connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  };
  const app = new App({
    appId: APP_ID,
    privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    Octokit: checkedOctokit(simulator.url),
  });
  const github: TestGithub = {
    simulator,
    webhooks,
    app,
    control,
    receiverStatus: 202,
    async octokit(login) {
      const { installation_id: id } = await control<{ installation_id: number }>(
        'POST',
        '/organizations',
        { login },
      );
      return app.getInstallationOctokit(id);
    },
    async queue(repository, more = {}) {
      const { runs } = await control<{ runs: { jobs: TestJob[] }[] }>('POST', '/runs', {
        repository,
        jobs: [more],
      });
      return runs[0]?.jobs[0] as TestJob;
    },
    waitFor: (job, status) => control('GET', `/jobs/${job.id}/wait?status=${status}`),
    async received(count) {
      while (webhooks.length < count) await once(arrivals, 'webhook');
    },
    async webhooksSent() {
      await control('GET', '/deliveries/idle');
    },
    async close() {
      await simulator.close();
      receiver.closeAllConnections();
      await new Promise((resolve) => receiver.close(resolve));
    },
  };
  return github;
}

/** An Octokit that refuses any answer that GitHub's own description doesn't know. */
function checkedOctokit(baseUrl: string): typeof Octokit {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return Octokit.defaults({ baseUrl, log }).plugin((octokit) => {
    octokit.hook.after('request', (answer, { method, url }) => {
      const problems = problemsOf(`${method} ${url}`, answer.status, answer.data);
      if (problems.length > 0) throw new Error(problems.join('\n'));
    });
    octokit.hook.error('request', (error, { method, url }) => {
      if (error instanceof RequestError && error.response && error.status >= 400) {
        const problems = problemsOf(`${method} ${url}`, error.status, error.response.data);
        if (problems.length > 0) throw new Error(problems.join('\n'));
      }
      throw error;
    });
  }) as typeof Octokit;
}

async function startReceiver(receive: (webhook: ReceivedWebhook) => number): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      const payload = JSON.parse(body) as ReceivedWebhook['payload'];
      response.writeHead(receive({ headers: request.headers, body, payload })).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
