import { createAuditActivities } from '../activities/audit.ts';
import { createControlActivities } from '../activities/control.ts';
import { createGithubClient } from '../activities/github/client.ts';
import { createRegistrationActivities } from '../activities/registrations.ts';
import { auditFolder } from '../config/audit.ts';
import { loadSettings } from '../config/load.ts';
import { createLog } from '../config/log.ts';
import { defaultPool } from '../config/pool.ts';
import { requireSettings } from '../config/require.ts';
import { suspicionRules } from '../config/suspicion.ts';
import { SYSTEM_ACTOR } from '../domain/audit/event.ts';
import { parseSigningKeys } from '../config/signing-keys.ts';
import { canChangeAudit } from '../prisma/application-role.ts';
import { appendAudit } from '../prisma/audit-log.ts';
import { checkpointKeys } from '../prisma/audit/keys.ts';
import { connectDatabase } from '../prisma/client.ts';
import { workflowBundlePath } from './bundle.ts';
import { createDataConverter } from './codec/data-converter.ts';
import { activityFields } from './correlation.ts';
import { ensureAuditSchedule } from './control/audit-schedule.ts';
import { AuditWatch } from './control/audit-watch.ts';
import { AuditSealer } from './control/audit-sealer.ts';
import { createControlMetrics } from './control/metrics.ts';
import { registerSearchAttributes } from './control/search-attributes.ts';
import { createControlWorker } from './control/worker.ts';
import { startMetricsServer } from './metrics-server.ts';
import { connectToTemporal } from './temporal-connection.ts';
import { installTemporalRuntime } from './temporal-runtime.ts';

const { settings, warnings } = loadSettings(process.env);
const log = createLog('control-worker', settings.LOG_LEVEL, activityFields);
for (const warning of warnings) log.warn(warning);
const {
  DATABASE_URL,
  TEMPORAL_ADDRESS,
  PAYLOAD_ENCRYPTION_KEYS,
  GITHUB_APP_ID,
  GITHUB_APP_PRIVATE_KEY,
  AUDIT_SIGNING_KEYS,
} = requireSettings(settings, [
  'DATABASE_URL',
  'TEMPORAL_ADDRESS',
  'PAYLOAD_ENCRYPTION_KEYS',
  'GITHUB_APP_ID',
  'GITHUB_APP_PRIVATE_KEY',
  'AUDIT_SIGNING_KEYS',
]);
const auditKeys = parseSigningKeys('AUDIT_SIGNING_KEYS', AUDIT_SIGNING_KEYS);

installTemporalRuntime(log);
const metrics = createControlMetrics();
const database = connectDatabase(DATABASE_URL);
const audit = {
  database,
  folder: auditFolder(settings, process.env),
  keys: checkpointKeys(auditKeys),
};
const connection = await connectToTemporal(TEMPORAL_ADDRESS, log);
await registerSearchAttributes(connection, settings.TEMPORAL_NAMESPACE);
const github = createGithubClient({
  appId: GITHUB_APP_ID,
  privateKey: GITHUB_APP_PRIVATE_KEY,
  apiUrl: settings.GITHUB_API_URL,
  observe: metrics.observeGithub,
});
const worker = await createControlWorker({
  connection,
  namespace: settings.TEMPORAL_NAMESPACE,
  dataConverter: createDataConverter(PAYLOAD_ENCRYPTION_KEYS),
  workflowBundle: { codePath: workflowBundlePath() },
  activities: {
    ...createControlActivities({ database, github, pools: [defaultPool(settings)] }),
    ...createAuditActivities({ ...audit, retentionDays: settings.AUDIT_RETENTION_DAYS }),
    ...createRegistrationActivities({ database, github, observe: metrics.observeProvision }),
  },
});
const metricsServer = await startMetricsServer({
  registry: metrics.registry,
  health: () => ({ ok: worker.getState() === 'RUNNING', state: worker.getState() }),
  port: settings.METRICS_PORT,
  address: settings.BIND_ADDRESS,
});

const stop = () => {
  if (worker.getState() === 'RUNNING') worker.shutdown();
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop);
await ensureAuditSchedule(connection, settings.TEMPORAL_NAMESPACE);
if (await canChangeAudit(database)) {
  log.warn(
    'The database would let Runyard change its audit log: see "Your own PostgreSQL" in docs/install.md',
  );
}
const sealer = new AuditSealer(audit, log);
sealer.start();
await appendAudit(database, {
  type: 'system.started',
  actor: SYSTEM_ACTOR,
  action: 'start',
  resource: { type: 'process', id: 'control-worker' },
}).catch((error: unknown) => log.warn({ err: error }, 'The start could not be told the audit log'));
const watch = new AuditWatch(database, suspicionRules(settings), log);
watch.start();
const running = worker.run();
process.send?.({ ready: true, addresses: { metrics: metricsServer.url } });
log.info({ metrics: metricsServer.url }, 'Control worker is running');
// A worker whose server refuses it for good ends with an error; whoever supervises starts it anew.
await running;
await watch.stop();
await sealer.stop();
await metricsServer.close();
await connection.close();
await database.$disconnect();
log.info('Control worker has stopped');
process.exit(0);
