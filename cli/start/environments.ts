import type { Ports } from './ports.ts';
import type { Secrets } from './secrets.ts';
import { withoutSecrets } from './secrets.ts';

/** Facts of a running system that its processes are told by their environment. */
export interface SystemFacts {
  dataFolder: string;
  hostId: string;
  ports: Ports;
  /** `host:port` */
  temporalAddress: string;
  temporalUiUrl: string | undefined;
  bindAddress: string;
  /** Where the simulator is GitHub. */
  simulator: { apiUrl: string; appId: string } | null;
  /** Image of the default pool where the settings name none. */
  demoImage: string | null;
}

/** Id of the App that the simulator plays. */
export const SIMULATED_APP_ID = '1';

/**
 * Environment of each process: the user's settings, what this start chose, and only those secrets
 * that the process uses, as files.
 */
export function processEnvironments(
  environment: NodeJS.ProcessEnv,
  facts: SystemFacts,
  secrets: Secrets,
): Record<'api' | 'controlWorker' | 'hostWorker', NodeJS.ProcessEnv> {
  const { ports, simulator } = facts;
  const common: NodeJS.ProcessEnv = {
    ...withoutSecrets(environment),
    RUNYARD_DATA_DIR: facts.dataFolder,
    TEMPORAL_ADDRESS: facts.temporalAddress,
    HOST_ID: facts.hostId,
    ...(simulator ? { GITHUB_API_URL: simulator.apiUrl, GITHUB_APP_ID: simulator.appId } : {}),
    ...(facts.demoImage ? { POOL_IMAGE: facts.demoImage } : {}),
    ...(facts.temporalUiUrl ? { TEMPORAL_UI_URL: facts.temporalUiUrl } : {}),
    ...secrets.variables('DATABASE_URL'),
  };
  return {
    api: {
      ...common,
      PORT: String(ports.api),
      BIND_ADDRESS: facts.bindAddress,
      METRICS_UPSTREAMS: [
        environment['METRICS_UPSTREAMS'],
        `http://127.0.0.1:${ports.controlMetrics}/metrics`,
        `http://127.0.0.1:${ports.hostMetrics}/metrics`,
      ]
        .filter(Boolean)
        .join(','),
      ...secrets.variables(
        'AUTH_SIGNING_KEYS',
        'GITHUB_WEBHOOK_SECRET',
        'GITHUB_WEBHOOK_SECRET_PREVIOUS',
        'OIDC_ISSUERS',
        'PAYLOAD_ENCRYPTION_KEYS',
      ),
    },
    controlWorker: {
      ...common,
      METRICS_PORT: String(ports.controlMetrics),
      ...secrets.variables(
        'PAYLOAD_ENCRYPTION_KEYS',
        'GITHUB_APP_PRIVATE_KEY',
        'AUDIT_SIGNING_KEYS',
      ),
    },
    hostWorker: {
      ...common,
      METRICS_PORT: String(ports.hostMetrics),
      ...secrets.variables('PAYLOAD_ENCRYPTION_KEYS'),
    },
  };
}

/** Environment of the simulator; see `simulator/README.md`. */
export function simulatorEnvironment(
  environment: NodeJS.ProcessEnv,
  options: {
    port: number;
    runnerAddress: string | null;
    runnerPort: number;
    stateFile: string;
    webhookUrl: string;
  },
  secrets: Secrets,
): NodeJS.ProcessEnv {
  const webhookSecret = secrets.variables('GITHUB_WEBHOOK_SECRET');
  const privateKey = secrets.variables('GITHUB_APP_PRIVATE_KEY');
  return {
    ...withoutSecrets(environment),
    SIMULATOR_PORT: String(options.port),
    ...(options.runnerAddress
      ? {
          SIMULATOR_RUNNER_ADDRESS: options.runnerAddress,
          SIMULATOR_RUNNER_PORT: String(options.runnerPort),
        }
      : {}),
    SIMULATOR_STATE_FILE: options.stateFile,
    SIMULATOR_WEBHOOK_URL: options.webhookUrl,
    SIMULATOR_APP_ID: SIMULATED_APP_ID,
    ...renamed(webhookSecret, 'GITHUB_WEBHOOK_SECRET', 'SIMULATOR_WEBHOOK_SECRET'),
    ...renamed(privateKey, 'GITHUB_APP_PRIVATE_KEY', 'SIMULATOR_APP_PRIVATE_KEY'),
  };
}

function renamed(
  variables: Record<string, string>,
  from: string,
  to: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name.replace(from, to), value]),
  );
}
