import { z } from 'zod';
import type { Store } from './store.ts';

const seconds = (initial: number) => z.number().min(0).default(initial);

/** Settings that may change while the simulator runs; `README.md` says what each means. */
export const settingsSchema = z.strictObject({
  requeue_seconds: seconds(60),
  queue_limit_seconds: seconds(86_400),
  runner_offline_seconds: seconds(30),
  lost_job_seconds: seconds(600),
  cancel_grace_seconds: seconds(300),
  unused_runner_seconds: seconds(86_400),
  installation_token_seconds: seconds(3600),
  registration_token_seconds: seconds(3600),
  stale_busy_seconds: seconds(0),
  rate_limit: z.number().int().min(1).default(15_000),
  points_per_minute: z.number().int().min(0).default(0),
  webhook_url: z.url().nullable().default(null),
  webhook_secret: z.string().min(1).nullable().default(null),
  webhook_active: z.boolean().default(true),
  webhook_concurrency: z.number().int().min(1).max(500).default(20),
  webhook_timeout_seconds: seconds(10),
});

export type Settings = z.output<typeof settingsSchema>;

/** Where webhooks go is given at each start; keeping an old one would send them astray. */
const NOT_KEPT = new Set(['webhook_url', 'webhook_secret']);

/** The settings in force, with those that were changed before a restart. */
export function restoreSettings(store: Store, initial: Partial<Settings>): Settings {
  const kept = Object.fromEntries([...store.settings.values()].map(({ id, value }) => [id, value]));
  return settingsSchema.parse({ ...kept, ...initial });
}

/**
 * Changes settings in place.
 *
 * @throws z.ZodError naming what can't be set
 */
export function changeSettings(store: Store, settings: Settings, change: unknown): void {
  const parsed = settingsSchema.partial().parse(change);
  // `partial()` still fills in defaults: only what was named counts.
  for (const name of Object.keys(change as object) as (keyof Settings)[]) {
    const value = parsed[name];
    Object.assign(settings, { [name]: value });
    if (!NOT_KEPT.has(name)) store.settings.put({ id: name, value });
  }
}

/** Settings as they may be shown. */
export function visibleSettings(settings: Settings): Record<string, unknown> {
  const { webhook_secret: secret, ...rest } = settings;
  return { ...rest, webhook_secret: secret === null ? null : '********' };
}
