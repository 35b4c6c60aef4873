import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../config/log.ts';
import { defaultPool } from '../config/pool.ts';
import { oidcIssuers } from '../config/oidc-issuers.ts';
import { requireSettings } from '../config/require.ts';
import { projectRoot } from '../config/root.ts';
import { parseSigningKeys } from '../config/signing-keys.ts';
import type { Settings } from '../config/schema.ts';
import { CONTROL_TASK_QUEUE } from '../workflows/contracts/task-queues.ts';
import { RefusalLog } from './audit/refusals.ts';
import { accessDatabase } from './database.ts';
import { Dispatcher } from './deliveries/dispatcher.ts';
import { HandledMarker } from './deliveries/handled-marker.ts';
import { ImmediateHandOver } from './deliveries/immediate-hand-over.ts';
import { Retention } from './deliveries/retention.ts';
import { TemporalReach } from './deliveries/temporal-reach.ts';
import type { Dependencies } from './dependencies.ts';
import { AccessWatch } from './live/access-watch.ts';
import { ChangeFeed } from './live/change-feed.ts';
import { Notifications } from './live/notifications.ts';
import { ApiMetrics } from './metrics/api-metrics.ts';
import { JobMetrics } from './metrics/job-metrics.ts';
import { parseUpstream } from './metrics/scrape.ts';
import { createIdentity } from './identity/identity.ts';
import { sweepIdentity } from './identity/sweep.ts';
import { OidcAuthentication } from './oidc/oidc-authentication.ts';
import { TeamMemberships } from './teams/memberships.ts';
import { connectTemporal } from './temporal.ts';

export interface Services {
  dependencies: Dependencies;
  dispatcher: Dispatcher;
  /** Begins what goes on beside requests; resolves even if database and Temporal are away. */
  start(): Promise<void>;
  /** Ends the streams that would keep a server from closing. */
  endStreams(): Promise<void>;
  /** Finishes what is under way, and disconnects. */
  stop(): Promise<void>;
}

/** Milliseconds that the normal path has for a delivery before the dispatcher looks after it. */
const PATIENCE = 3_000;

/**
 * Everything behind the routes, not connected yet.
 *
 * @param options.taskQueue - the control worker's; tests have their own
 * @throws InvalidSettingsError when a setting that the API needs is missing
 */
export function createServices(
  settings: Settings,
  log: Logger,
  options: { taskQueue?: string; patience?: number; dashboardFolder?: string } = {},
): Services {
  const required = requireSettings(settings, [
    'DATABASE_URL',
    'TEMPORAL_ADDRESS',
    'AUTH_SIGNING_KEYS',
    'GITHUB_WEBHOOK_SECRET',
    'PAYLOAD_ENCRYPTION_KEYS',
  ]);
  const { taskQueue = CONTROL_TASK_QUEUE, patience = PATIENCE } = options;
  const pools = [defaultPool(settings)];
  const { connections, database, warmUp, close } = accessDatabase(required.DATABASE_URL, log);
  const temporal = connectTemporal({
    address: required.TEMPORAL_ADDRESS,
    namespace: settings.TEMPORAL_NAMESPACE,
    payloadKeys: required.PAYLOAD_ENCRYPTION_KEYS,
  });
  const metrics = new ApiMetrics();
  const reach = new TemporalReach();
  const target = { client: temporal.client, taskQueue, pools };
  const marker = new HandledMarker(connections, log);
  const handOver = new ImmediateHandOver({ temporal, target, marker, reach, log });
  const dispatcher = new Dispatcher({
    connections,
    temporal,
    target,
    reach,
    log,
    interval: settings.DISPATCH_INTERVAL,
    patience,
    isCrowded: () => handOver.isCrowded,
  });
  const retention = new Retention(connections, log, settings.DELIVERY_RETENTION, [
    () => sweepIdentity(database),
  ]);
  const notifications = new Notifications(required.DATABASE_URL, log);
  const refusals = new RefusalLog(database, log);
  const memberships = new TeamMemberships(database);
  notifications.on('runyard_access', () => memberships.forget());
  notifications.onGap(() => memberships.forget());
  const signingKeys = parseSigningKeys('AUTH_SIGNING_KEYS', required.AUTH_SIGNING_KEYS);
  const issuers = oidcIssuers(settings);
  const oidc = new OidcAuthentication({ issuers, database, memberships, signingKeys, log });
  const hostSilence = settings.HOST_TIMEOUT;
  const access = new AccessWatch(notifications, log);
  const changes = new ChangeFeed({ database, notifications, access, log, hostSilence });
  return {
    dependencies: {
      settings,
      log,
      version: packageVersion(),
      pools,
      webhookSecrets: [
        required.GITHUB_WEBHOOK_SECRET,
        ...(settings.GITHUB_WEBHOOK_SECRET_PREVIOUS
          ? [settings.GITHUB_WEBHOOK_SECRET_PREVIOUS]
          : []),
      ],
      identity: createIdentity({
        settings,
        signingKeys,
        connections,
        memberships,
        log,
      }),
      connections,
      database,
      memberships,
      oidc,
      refusals,
      temporal,
      taskQueue,
      handOver,
      notifications,
      access,
      changes,
      metrics,
      jobMetrics: new JobMetrics(connections, pools),
      upstreams: settings.METRICS_UPSTREAMS.map(parseUpstream),
      dashboardFolder: options.dashboardFolder ?? join(projectRoot(), 'dist', 'web'),
    },
    dispatcher,
    start: async () => {
      await notifications.start();
      void warmUp();
      dispatcher.start();
      retention.start();
    },
    endStreams: () => notifications.close(),
    stop: async () => {
      await notifications.close();
      await Promise.all([dispatcher.stop(), retention.stop(), handOver.finish(), refusals.flush()]);
      await temporal.close();
      await close();
    },
  };
}

function packageVersion(): string {
  const text = readFileSync(join(projectRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
