import type { Logger } from '../config/log.ts';
import type { WebhookResult } from './metrics/api-metrics.ts';
import type { Principal } from './permissions.ts';

/** What middleware leaves for handlers in Hono's context. */
export interface ApiEnvironment {
  Variables: {
    correlationId: string;
    log: Logger;
    /** Unset for requests without a valid token or session. */
    principal?: Principal;
    /** When the cookie session of this request ends. */
    sessionExpiresAt?: Date;
    /** Event of a webhook whose signature is right, and how it was answered. */
    webhookEvent?: string;
    webhookResult?: WebhookResult;
  };
}
