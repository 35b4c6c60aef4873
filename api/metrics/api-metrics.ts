import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** How a webhook was answered. */
export type WebhookResult =
  | 'accepted'
  | 'duplicate'
  | 'ignored'
  | 'bad_request'
  | 'unauthorized'
  | 'invalid'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable'
  | 'error';

export type SecurityEvent =
  | 'webhook_signature_invalid'
  | 'token_invalid'
  | 'sign_in_failed'
  | 'locked_out';

/** What the API process counts itself. */
export class ApiMetrics {
  readonly registry = new Registry();
  readonly #webhooks: Counter<'event' | 'result'>;
  readonly #acknowledged: Histogram;
  readonly #securityEvents: Counter<'kind'>;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'runyard_api_' });
    this.#webhooks = new Counter({
      name: 'runyard_webhooks_total',
      help: 'Webhooks by event and how they were answered',
      labelNames: ['event', 'result'],
      registers,
    });
    this.#acknowledged = new Histogram({
      name: 'runyard_webhook_ack_seconds',
      help: 'From the request to its answer, of webhooks that were taken in',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1, 2.5, 5, 10],
      registers,
    });
    this.#securityEvents = new Counter({
      name: 'runyard_refusals_total',
      help: 'Refused signatures, tokens and sessions, each one counted',
      labelNames: ['kind'],
      registers,
    });
  }

  /**
   * @param event - name of the event, or `unknown` where nobody vouches for it: whoever sends
   *   requests must not be able to make series
   */
  webhook(event: string, result: WebhookResult, seconds: number): void {
    this.#webhooks.inc({ event, result });
    if (result === 'accepted' || result === 'duplicate' || result === 'ignored') {
      this.#acknowledged.observe(seconds);
    }
  }

  securityEvent(kind: SecurityEvent): void {
    this.#securityEvents.inc({ kind });
  }
}
