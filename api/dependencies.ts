import type { Logger } from '../config/log.ts';
import type { Settings } from '../config/schema.ts';
import type { Pool } from '../domain/pool.ts';
import type { RefusalLog } from './audit/refusals.ts';
import type { DatabaseAccess } from './database.ts';
import type { ImmediateHandOver } from './deliveries/immediate-hand-over.ts';
import type { AccessWatch } from './live/access-watch.ts';
import type { ChangeFeed } from './live/change-feed.ts';
import type { Notifications } from './live/notifications.ts';
import type { ApiMetrics } from './metrics/api-metrics.ts';
import type { JobMetrics } from './metrics/job-metrics.ts';
import type { Upstream } from './metrics/scrape.ts';
import type { Identity } from './identity/identity.ts';
import type { OidcAuthentication } from './oidc/oidc-authentication.ts';
import type { TeamMemberships } from './teams/memberships.ts';
import type { Temporal } from './temporal.ts';

/** What the app is made of; `createServices` makes it from the settings. */
export interface Dependencies extends Pick<DatabaseAccess, 'connections' | 'database'> {
  settings: Settings;
  log: Logger;
  version: string;
  pools: readonly Pool[];
  /** The current one first. */
  webhookSecrets: readonly string[];
  identity: Identity;
  oidc: OidcAuthentication;
  memberships: TeamMemberships;
  refusals: RefusalLog;
  temporal: Temporal;
  /** The control worker's. */
  taskQueue: string;
  handOver: ImmediateHandOver;
  notifications: Notifications;
  access: AccessWatch;
  changes: ChangeFeed;
  metrics: ApiMetrics;
  jobMetrics: JobMetrics;
  upstreams: readonly Upstream[];
  /** Folder of the built dashboard. */
  dashboardFolder: string;
}
