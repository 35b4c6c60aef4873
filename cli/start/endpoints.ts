import type { Settings } from '../../config/schema.ts';
import type { Ports } from './ports.ts';

/** Addresses in `endpoints.json`; what isn't started here and isn't told in the settings is left out. */
export interface Endpoints {
  api: string;
  dashboard: string;
  temporal_ui?: string;
  /** `host:port` */
  temporal: string;
  /** without its password */
  database: string;
  simulator?: string;
  simulator_control?: string;
  metrics: { api: string; control_worker: string; host_worker: string };
}

/** Where everything of a running system is reached. */
export function describeEndpoints(system: {
  settings: Settings;
  ports: Ports;
  simulated: boolean;
  databaseUrl: string;
}): Endpoints {
  const { settings, ports, simulated, databaseUrl } = system;
  const local = (port: number) => `http://127.0.0.1:${port}`;
  const api = apiAddress(settings, ports.api);
  const temporalUi =
    settings.TEMPORAL_UI_URL ??
    (settings.TEMPORAL_ADDRESS === undefined ? local(ports.temporalUi) : undefined);
  return {
    api,
    dashboard: api,
    ...(temporalUi === undefined ? {} : { temporal_ui: temporalUi }),
    temporal: settings.TEMPORAL_ADDRESS ?? `127.0.0.1:${ports.temporal}`,
    database: withoutPassword(databaseUrl),
    ...(simulated
      ? {
          simulator: local(ports.simulator),
          simulator_control: `${local(ports.simulator)}/_control`,
        }
      : {}),
    metrics: {
      api: `${api}/metrics`,
      control_worker: `${local(ports.controlMetrics)}/metrics`,
      host_worker: `${local(ports.hostMetrics)}/metrics`,
    },
  };
}

/** Where the API is reached from this machine. */
export function apiAddress({ BIND_ADDRESS: address }: Settings, port: number): string {
  if (['0.0.0.0', '::', '::0'].includes(address)) return `http://127.0.0.1:${port}`;
  return `http://${bracketed(address)}:${port}`;
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Also drops the query, which may carry a password too. */
function withoutPassword(url: string): string {
  try {
    const address = new URL(url);
    address.password = '';
    address.search = '';
    return address.href;
  } catch {
    return '';
  }
}
