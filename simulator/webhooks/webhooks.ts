import { randomUUID } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import pLimit from 'p-limit';
import type { ChangeSignal } from '../change-signal.ts';
import type { Delivery, Job } from '../entities.ts';
import type { Faults, WebhookFault } from '../faults.ts';
import type { Settings } from '../settings.ts';
import { workflowJobEvent } from '../shapes/workflow-job-event.ts';
import type { Store } from '../store.ts';
import { WebhookPoster } from './post.ts';

interface Context {
  appId: number;
  store: Store;
  settings: Settings;
  faults: Faults;
  changes: ChangeSignal;
  addresses: { api: string };
}

type Event = Pick<
  Delivery,
  'event' | 'action' | 'repositoryId' | 'installationId' | 'job' | 'payload'
>;

const HOOK_ID = 500_000_001;

/**
 * Sends the App's webhooks: signed, several at once, each tried once. GitHub never repeats one by
 * itself, and neither does this: who missed one asks for a redelivery.
 */
export class Webhooks {
  readonly #context: Context;
  readonly #poster = new WebhookPoster();
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #pending = new Set<number>();
  /** Held back until the next webhook of the same job has been sent. */
  readonly #held = new Map<number, () => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(context: Context) {
    this.#context = context;
    this.#limit = pLimit(context.settings.webhook_concurrency);
  }

  /** Webhooks that have not been sent yet, delayed and held ones too. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Something happened to a job. */
  jobChanged(action: 'waiting' | 'queued' | 'in_progress' | 'completed', job: Job): void {
    const { store, settings } = this.#context;
    if (!settings.webhook_active) return;
    const repository = store.repositories.get(job.repositoryId);
    const account = repository && store.accounts.get(repository.accountId);
    this.send({
      event: 'workflow_job',
      action,
      repositoryId: job.repositoryId,
      installationId: account?.installationId ?? null,
      // What the steps run is in no payload: no need to keep it with each.
      job: { ...job, steps: job.steps.map((step) => ({ ...step, run: '' })) },
      payload: null,
    });
  }

  /** Sends an event once, unless a fault has other plans; null where it isn't even recorded. */
  send(event: Event, guid: string = randomUUID()): Delivery | null {
    const { faults } = this.#context;
    const fault = faults.strikeWebhook(event.event, event.action, event.job?.id ?? null);
    if (fault?.kind === 'lost') return this.#lose(event, guid, fault);
    const delivery = this.#record(event, guid, false, fault?.kind ?? null);
    if (fault?.kind === 'delayed') this.#later(fault.milliseconds, () => void this.#post(delivery));
    else if (fault?.kind === 'reordered') this.#hold(delivery, fault.milliseconds);
    else void this.#post(delivery);
    for (let copy = 0; fault?.kind === 'duplicated' && copy < fault.copies; copy += 1) {
      void this.#post(this.#record(event, guid, false, 'duplicated'));
    }
    return delivery;
  }

  /** Sends a delivery again under its old GUID, as a delivery of its own. */
  redeliver(delivery: Delivery): Delivery {
    const again = this.#record(delivery, delivery.guid, true, null);
    void this.#post(again);
    return again;
  }

  /** Body of a delivery, made from the state that it tells of. */
  body(delivery: Delivery): string {
    const { store, addresses } = this.#context;
    const { job, action, payload } = delivery;
    return job && action
      ? workflowJobEvent(store, addresses.api, action, job)
      : JSON.stringify(payload);
  }

  /** Headers of a delivery. */
  async headers(delivery: Delivery, body: string): Promise<Record<string, string>> {
    const { appId, settings } = this.#context;
    return {
      Accept: '*/*',
      'Content-Type': 'application/json',
      'User-Agent': 'GitHub-Hookshot/0000000',
      'X-GitHub-Delivery': delivery.guid,
      'X-GitHub-Event': delivery.event,
      'X-GitHub-Hook-ID': String(HOOK_ID),
      'X-GitHub-Hook-Installation-Target-ID': String(appId),
      'X-GitHub-Hook-Installation-Target-Type': 'integration',
      ...(settings.webhook_secret === null
        ? {}
        : { 'X-Hub-Signature-256': await sign(settings.webhook_secret, body) }),
    };
  }

  /** After a restart: sends what was still to be sent. */
  resume(): void {
    for (const delivery of this.#context.store.deliveries.values()) {
      if (delivery.deliveredAt !== null) continue;
      this.#pending.add(delivery.id);
      void this.#post(delivery);
    }
  }

  close(): void {
    this.#closed = true;
    this.#limit.clearQueue();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#poster.close();
  }

  #record(event: Event, guid: string, redelivery: boolean, fault: string | null): Delivery {
    const { store } = this.#context;
    const delivery = store.deliveries.put({
      event: event.event,
      action: event.action,
      repositoryId: event.repositoryId,
      installationId: event.installationId,
      job: event.job,
      payload: event.payload,
      id: store.nextId('delivery'),
      guid,
      redelivery,
      createdAt: Date.now(),
      deliveredAt: null,
      milliseconds: 0,
      status: 'pending',
      statusCode: 0,
      response: null,
      fault,
    });
    this.#pending.add(delivery.id);
    return delivery;
  }

  async #post(delivery: Delivery): Promise<void> {
    const { settings } = this.#context;
    this.#limit.concurrency = settings.webhook_concurrency;
    await this.#limit(async () => {
      if (this.#closed) return;
      const body = this.body(delivery);
      const begun = performance.now();
      const result =
        settings.webhook_url === null
          ? { status: 'failed to connect to host', statusCode: 502, response: null }
          : await this.#poster.post(
              settings.webhook_url,
              await this.headers(delivery, body),
              body,
              settings.webhook_timeout_seconds * 1000,
            );
      // What is under way while the simulator ends is sent again after its start.
      if (this.#closed) return;
      Object.assign(delivery, result, { milliseconds: Math.round(performance.now() - begun) });
      this.#done(delivery);
      if (delivery.job) this.#held.get(delivery.job.id)?.();
    });
  }

  #done(delivery: Delivery): void {
    delivery.deliveredAt = Date.now();
    this.#pending.delete(delivery.id);
    this.#context.store.deliveries.put(delivery);
  }

  #lose(event: Event, guid: string, fault: WebhookFault): Delivery | null {
    if (!fault.recorded) return null;
    const delivery = this.#record(event, guid, false, 'lost');
    Object.assign(delivery, { status: 'failed to connect to host', statusCode: 502 });
    this.#done(delivery);
    return delivery;
  }

  #later(milliseconds: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }

  #hold(delivery: Delivery, milliseconds: number): void {
    const jobId = delivery.job?.id ?? 0;
    const release = () => {
      clearTimeout(timer);
      if (this.#held.get(jobId) === release) this.#held.delete(jobId);
      void this.#post(delivery);
    };
    const timer = this.#later(milliseconds, release);
    this.#held.set(jobId, release);
  }
}
