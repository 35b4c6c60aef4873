import { createHmac, randomInt, randomUUID } from 'node:crypto';
import {
  Client as TemporalClient,
  Connection,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { inject, vi } from 'vitest';
import { createLog } from '../config/log.ts';
import { makeSigningKeys } from '../config/make-signing-keys.ts';
import { settingsSchema } from '../config/schema.ts';
import { type CuttableProxy, startCuttableProxy } from '../test/setup/cuttable-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { registerSearchAttributes } from '../worker/control/search-attributes.ts';
import type { Role } from '../domain/principal.ts';
import { type ActorOptions, ApiActor, makeAccount } from './actor.world.ts';
import { type App, createApp } from './app.ts';
import { createServices, type Services } from './services.ts';

/** Kept by every {@link ApiWorld} as a token of the user `administrator`. */
export const ADMIN_TOKEN = 'the-token-of-the-tests';
/** Keys that sign access tokens in tests. */
export const SIGNING_KEYS = makeSigningKeys();
export const WEBHOOK_SECRET = 'the-secret-of-the-tests';
export const PREVIOUS_SECRET = 'the-secret-of-before';
export const PAYLOAD_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;

export interface WebhookOptions {
  event?: string;
  guid?: string;
  hookId?: string;
  secret?: string;
  headers?: Record<string, string>;
}

/**
 * The API with a database of its own and a real Temporal, both behind proxies whose connections a
 * test can cut. No worker polls its task queue, so that what it started stays as it was started.
 */
export class ApiWorld {
  readonly app: App;
  readonly services: Services;
  readonly testDatabase: TestDatabase;
  readonly database: CuttableProxy;
  readonly temporal: CuttableProxy;
  readonly taskQueue: string;
  readonly #connection: Connection;
  readonly #actors = new Map<string, Promise<ApiActor>>();

  private constructor(parts: {
    app: App;
    services: Services;
    testDatabase: TestDatabase;
    database: CuttableProxy;
    temporal: CuttableProxy;
    taskQueue: string;
    connection: Connection;
  }) {
    this.app = parts.app;
    this.services = parts.services;
    this.testDatabase = parts.testDatabase;
    this.database = parts.database;
    this.temporal = parts.temporal;
    this.taskQueue = parts.taskQueue;
    this.#connection = parts.connection;
  }

  static async start(
    settings: Record<string, string> = {},
    options: { patience?: number; dashboardFolder?: string; running?: boolean } = {},
  ): Promise<ApiWorld> {
    const temporalAddress = inject('temporalAddress');
    const [testDatabase, connection, temporal] = await Promise.all([
      createTestDatabase(),
      Connection.connect({ address: temporalAddress }),
      startCuttableProxy({ port: Number(temporalAddress.split(':')[1]) }),
      registerOnce(temporalAddress),
    ]);
    const url = new URL(testDatabase.url);
    const database = await startCuttableProxy({ port: Number(url.port) });
    url.host = database.address;
    const taskQueue = `api-test-${randomUUID()}`;
    const parsed = settingsSchema.parse({
      DATABASE_URL: url.href,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_UI_URL: 'http://temporal.example:8233/',
      AUTH_SIGNING_KEYS: SIGNING_KEYS,
      GITHUB_WEBHOOK_SECRET: WEBHOOK_SECRET,
      GITHUB_WEBHOOK_SECRET_PREVIOUS: PREVIOUS_SECRET,
      PAYLOAD_ENCRYPTION_KEYS: PAYLOAD_KEYS,
      API_RATE_LIMIT: '100000',
      WRITE_RATE_LIMIT: '100000',
      ANONYMOUS_RATE_LIMIT: '100000',
      SIGN_IN_RATE_LIMIT: '100000',
      WEBHOOK_RATE_LIMIT: '100000',
      DISPATCH_INTERVAL: '50ms',
      AUDIT_WAIT: '500ms',
      ...settings,
    });
    const { running = true, ...rest } = options;
    const log = createLog('api', process.env['LOG_LEVEL'] ?? 'silent');
    const services = createServices(parsed, log, { taskQueue, ...rest });
    if (running) await services.start();
    const app = createApp(services.dependencies);
    await makeAccount(testDatabase.database, {
      username: 'administrator',
      name: 'Administrator',
      role: 'admin',
      token: ADMIN_TOKEN,
    });
    return new ApiWorld({ app, services, testDatabase, database, temporal, taskQueue, connection });
  }

  /** The database itself, past the proxy. */
  get records() {
    return this.testDatabase.database;
  }

  /** Temporal itself, past the proxy. */
  workflow(workflowId: string): WorkflowHandle {
    return new TemporalClient({ connection: this.#connection }).workflow.getHandle(workflowId);
  }

  async isStarted(workflowId: string): Promise<boolean> {
    try {
      await this.workflow(workflowId).describe();
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** Names of the signals that a workflow got, in order. */
  async signals(workflowId: string): Promise<{ name: string; input: unknown }[]> {
    const { events } = await this.workflow(workflowId).fetchHistory();
    return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
      const data = signal?.input?.payloads?.[0]?.data;
      return signal
        ? [
            {
              name: signal.signalName ?? '',
              input: data && JSON.parse(Buffer.from(data).toString()),
            },
          ]
        : [];
    });
  }

  /** Somebody else: a role stands for a user of that role, with an API token of theirs. */
  async as(who: Role | 'none' | ActorOptions): Promise<ApiActor> {
    if (who === 'none') return new ApiActor(this.app, null, null);
    const known = typeof who === 'string' ? this.#actors.get(who) : undefined;
    if (known) return known;
    const actor = makeAccount(this.records, typeof who === 'string' ? { role: who } : who).then(
      (account) => new ApiActor(this.app, account, account.token),
    );
    if (typeof who === 'string') this.#actors.set(who, actor);
    return actor;
  }

  /** As the administrator, unless the headers say otherwise. */
  request(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, ...init.headers };
    return Promise.resolve(this.app.request(path, { ...init, headers }));
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.request(path, {
      method: 'POST',
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** A signed webhook, as GitHub sends it. */
  webhook(body: unknown, options: WebhookOptions = {}): Promise<Response> {
    const { event = 'workflow_job', guid = randomUUID(), hookId = '1', secret } = options;
    const bytes = body instanceof Uint8Array ? body : Buffer.from(asText(body));
    const signature = createHmac('sha256', secret ?? WEBHOOK_SECRET)
      .update(bytes)
      .digest('hex');
    const headers: Record<string, string> = {
      'Content-Type': 'application/json',
      'X-GitHub-Event': event,
      'X-GitHub-Delivery': guid,
      'X-GitHub-Hook-ID': hookId,
      'X-Hub-Signature-256': `sha256=${signature}`,
      ...options.headers,
    };
    for (const [name, value] of Object.entries(headers)) if (value === '') delete headers[name];
    return Promise.resolve(
      this.app.request('/api/webhooks/github', {
        method: 'POST',
        headers,
        body: new Uint8Array(bytes),
      }),
    );
  }

  /** A webhook that its workflow knows of by the time this resolves. */
  async handled(body: unknown, options: WebhookOptions = {}): Promise<Response> {
    const guid = options.guid ?? randomUUID();
    const response = await this.webhook(body, { ...options, guid });
    await this.settled(guid);
    return response;
  }

  async delivery(guid: string) {
    return this.records.delivery.findFirstOrThrow({ where: { deliveryId: guid } });
  }

  /** Waits until the inbox says so. */
  async settled(guid: string, status = 'handled') {
    return vi.waitFor(
      async () => {
        const row = await this.delivery(guid);
        if (row.status !== status) throw new Error(`${guid} is ${row.status}, not ${status}`);
        return row;
      },
      { timeout: 15_000, interval: 20 },
    );
  }

  async stop(): Promise<void> {
    this.database.restore();
    this.temporal.restore();
    await this.services.stop();
    await Promise.all([
      this.#connection.close(),
      this.database.close(),
      this.temporal.close(),
      this.testDatabase.drop(),
    ]);
  }
}

export interface JobOptions {
  id?: number;
  repositoryId?: number;
  labels?: string[];
  runnerName?: string | null;
  conclusion?: string | null;
  [field: string]: unknown;
}

/** A `workflow_job` payload, the parts that matter. */
export function workflowJob(action: string, options: JobOptions = {}) {
  const {
    id = randomId(),
    repositoryId = 1296269,
    labels = ['self-hosted', 'linux'],
    runnerName = action === 'queued' ? null : 'somebody',
    conclusion = action === 'completed' ? 'success' : null,
    ...fields
  } = options;
  return {
    action,
    workflow_job: {
      id,
      run_id: 7_000_000_000,
      run_attempt: 1,
      workflow_name: 'CI',
      name: 'build',
      labels,
      head_branch: 'main',
      head_sha: '16c5286e8d9a0629956a28938386b36608707a71',
      html_url: `https://github.com/octo/app/actions/runs/7000000000/job/${id}`,
      status: action,
      conclusion,
      runner_id: runnerName === null ? null : 5,
      runner_name: runnerName,
      created_at: '2026-11-21T06:00:00Z',
      started_at: '2026-11-21T06:00:10Z',
      completed_at: action === 'completed' ? '2026-11-21T06:01:10Z' : null,
      ...fields,
    },
    repository: { id: repositoryId, full_name: 'octo/app' },
    installation: { id: 99 },
  };
}

/** Jobs of different tests must not share a workflow id: they share Temporal's namespace. */
export function randomId(): number {
  return randomInt(1, 2 ** 47);
}

export const workflowIdOf = (jobId: number, repositoryId = 1296269) =>
  `job/${repositoryId}/${jobId}`;

const registrations = new Map<string, Promise<void>>();

function registerOnce(address: string): Promise<void> {
  const known = registrations.get(address) ?? register(address);
  registrations.set(address, known);
  return known;
}

async function register(address: string): Promise<void> {
  const connection = await NativeConnection.connect({ address });
  await registerSearchAttributes(connection, 'default');
  await connection.close();
}

function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
