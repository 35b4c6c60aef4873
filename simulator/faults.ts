import { z } from 'zod';
import { seededRandom } from './random.ts';

const strikes = {
  count: z.number().int().min(0).default(1),
  probability: z.number().min(0).max(1).default(1),
  seed: z.number().int().default(1),
};
const milliseconds = z.number().int().min(0).max(3_600_000);

const apiFault = z.strictObject({
  target: z.literal('api').default('api'),
  kind: z.enum([
    'latency',
    'error',
    'rate_limited',
    'dropped',
    'dropped_after',
    'hang',
    'hang_after',
  ]),
  method: z.string().toUpperCase().optional(),
  route: z.string().startsWith('/').optional(),
  milliseconds: milliseconds.default(1000),
  status: z.number().int().min(400).max(599).optional(),
  message: z.string().optional(),
  retry_after: z.number().int().min(0).optional(),
  reset_seconds: z.number().int().min(0).optional(),
  ...strikes,
});

const webhookFault = z.strictObject({
  target: z.literal('webhook'),
  kind: z.enum(['duplicated', 'delayed', 'lost', 'reordered']),
  event: z.string().optional(),
  action: z.string().optional(),
  job_id: z.number().int().optional(),
  copies: z.number().int().min(1).max(100).default(1),
  milliseconds: milliseconds.default(2000),
  recorded: z.boolean().default(true),
  ...strikes,
});

export const faultSchema = z.union([webhookFault, apiFault]);
export type ApiFault = z.output<typeof apiFault>;
export type WebhookFault = z.output<typeof webhookFault>;

interface Planted {
  id: number;
  fault: ApiFault | WebhookFault;
  struck: number;
  random: () => number;
  route: RegExp | null;
}

/** Faults that were asked for, and when they strike. */
export class Faults {
  readonly #planted = new Map<number, Planted>();
  #nextId = 1;

  /** Plants a fault; answers it with its id. */
  add(fault: ApiFault | WebhookFault): Record<string, unknown> {
    const planted: Planted = {
      id: this.#nextId++,
      fault,
      struck: 0,
      random: seededRandom(fault.seed),
      route: fault.target === 'api' && fault.route ? routePattern(fault.route) : null,
    };
    this.#planted.set(planted.id, planted);
    return shown(planted);
  }

  list(): Record<string, unknown>[] {
    return [...this.#planted.values()].map(shown);
  }

  /** Takes out one fault, or all of them; true when there was one. */
  remove(id?: number): boolean {
    if (id !== undefined) return this.#planted.delete(id);
    this.#planted.clear();
    return true;
  }

  /** The first fault that strikes this request. */
  strikeRequest(method: string, path: string): ApiFault | null {
    for (const planted of this.#planted.values()) {
      const { fault, route } = planted;
      if (fault.target !== 'api') continue;
      if (fault.method !== undefined && fault.method !== method) continue;
      if (route !== null && !route.test(path)) continue;
      if (strikesNow(planted)) return fault;
    }
    return null;
  }

  /** The first fault that strikes this webhook. */
  strikeWebhook(event: string, action: string | null, jobId: number | null): WebhookFault | null {
    for (const planted of this.#planted.values()) {
      const { fault } = planted;
      if (fault.target !== 'webhook') continue;
      if (fault.event !== undefined && fault.event !== event) continue;
      if (fault.action !== undefined && fault.action !== action) continue;
      if (fault.job_id !== undefined && fault.job_id !== jobId) continue;
      if (strikesNow(planted)) return fault;
    }
    return null;
  }
}

function strikesNow(planted: Planted): boolean {
  const { fault } = planted;
  if (fault.count > 0 && planted.struck >= fault.count) return false;
  if (fault.probability < 1 && planted.random() >= fault.probability) return false;
  planted.struck += 1;
  return true;
}

function shown({ id, fault, struck }: Planted): Record<string, unknown> {
  return { id, ...fault, struck };
}

/** `*` stands for one segment of a path, `**` for any number of them. */
export function routePattern(route: string): RegExp {
  const parts = route
    .split(/(\*\*|\*)/)
    .map((part) =>
      part === '**' ? '.*' : part === '*' ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${parts.join('')}$`);
}
