import { hostname } from 'node:os';
import { loadSettings } from '../config/load.ts';
import { createLog } from '../config/log.ts';
import { defaultPool } from '../config/pool.ts';
import { requireSettings } from '../config/require.ts';
import { connectDatabase } from '../prisma/client.ts';
import { createDataConverter } from './codec/data-converter.ts';
import { activityFields } from './correlation.ts';
import { createHostMetrics } from './host/metrics.ts';
import { type HostService, startHostService } from './host/service.ts';
import { startMetricsServer } from './metrics-server.ts';
import { connectToTemporal } from './temporal-connection.ts';
import { installTemporalRuntime } from './temporal-runtime.ts';

const { settings, warnings } = loadSettings(process.env);
const log = createLog('host-worker', settings.LOG_LEVEL, activityFields);
for (const warning of warnings) log.warn(warning);
const { DATABASE_URL, TEMPORAL_ADDRESS, PAYLOAD_ENCRYPTION_KEYS } = requireSettings(settings, [
  'DATABASE_URL',
  'TEMPORAL_ADDRESS',
  'PAYLOAD_ENCRYPTION_KEYS',
]);
const hostId = settings.HOST_ID ?? hostname();
const pool = defaultPool(settings);
const pools = settings.HOST_POOLS.length > 0 ? settings.HOST_POOLS : [pool.name];

installTemporalRuntime(log);
const metrics = createHostMetrics(hostId);
const state: { service?: HostService } = {};
const metricsServer = await startMetricsServer({
  registry: metrics.registry,
  health: () => state.service?.health() ?? { ok: false, state: 'starting' },
  port: settings.METRICS_PORT,
  address: settings.BIND_ADDRESS,
});
const stopWished = new Promise<void>((resolve) => {
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.on(event, () => resolve());
});
// Until the host is in service there is nothing to wind up.
void stopWished.then(() => {
  if (!state.service) process.exit(0);
});

const database = connectDatabase(DATABASE_URL);
const connection = await connectToTemporal(TEMPORAL_ADDRESS, log);
state.service = await startHostService({
  hostId,
  hostname: hostname(),
  labels: settings.HOST_LABELS,
  pools,
  capacity: settings.HOST_CAPACITY,
  runnerLimits: pool.limits,
  images: pools.includes(pool.name) ? [pool.image] : [],
  dockerSocket: settings.DOCKER_SOCKET,
  networkRange: settings.NETWORK_RANGE,
  logBytes: settings.JOB_LOG_BYTES,
  heartbeat: settings.HOST_HEARTBEAT,
  hostTimeout: settings.HOST_TIMEOUT,
  reservationTimeout: settings.RESERVATION_TIMEOUT,
  database,
  connection,
  namespace: settings.TEMPORAL_NAMESPACE,
  dataConverter: createDataConverter(PAYLOAD_ENCRYPTION_KEYS),
  metrics,
  log,
});
process.send?.({ ready: true, addresses: { metrics: metricsServer.url } });

await stopWished;
await state.service.stop();
await metricsServer.close();
await connection.close();
await database.$disconnect();
log.info('The host worker has stopped; its containers go on');
process.exit(0);
