import type { ToldEvent } from '../domain/audit/event.ts';
import type { Principal } from '../domain/principal.ts';
import type { Logger } from '../config/log.ts';
import type { NotSignedInError } from './errors.ts';
import type { WebhookResult } from './metrics/api-metrics.ts';

/** What middleware leaves for handlers in Hono's context. */
export interface ApiEnvironment {
  Variables: {
    correlationId: string;
    log: Logger;
    /** Where the request came from, past the proxies that are trusted. */
    client: { address: string; scheme: string };
    /** Unset for requests without a valid token or session. */
    principal?: Principal;
    /** Why the token or cookie that came was not accepted; `isNews` unless it had merely lapsed. */
    refusal?: { error: NotSignedInError; isNews: boolean };
    /** Tells the audit log of a refusal; see `RefusalLog`. */
    refused?: (event: Omit<ToldEvent, 'actor' | 'correlationId' | 'outcome'>) => Promise<void>;
    /**
     * Looks again at who the principal is, as a stream does that outlives its request; null once the
     * session has ended, the token was revoked or has lapsed, or the user may not sign in any more.
     */
    recheck?: () => Promise<Principal | null>;
    /** The session that the request belongs to, and when that ends. */
    sessionId?: string;
    sessionExpiresAt?: Date;
    /** Set when the session came as a cookie, which browsers send by themselves. */
    viaCookie?: boolean;
    /** The user, for their own session or a token with all of their permissions. */
    accountId?: string;
    /** Event of a webhook whose signature is right, and how it was answered. */
    webhookEvent?: string;
    webhookResult?: WebhookResult;
  };
}
