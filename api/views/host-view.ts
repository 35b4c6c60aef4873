import type { HostModel } from '../../prisma/generated/models/Host.ts';
import type { Host } from '../schemas/host.ts';

/**
 * A host's record as the API shows it.
 *
 * @param silence - milliseconds after which a host counts as lost
 */
export function toHost(row: HostModel, now: Date, silence: number): Host {
  const isLost = now.getTime() - row.heartbeatAt.getTime() > silence;
  return {
    id: row.id,
    hostname: row.hostname,
    labels: row.labels,
    pools: row.pools,
    capacity: row.capacity,
    running: row.running,
    reserved: row.reserved,
    cpus: row.cpus,
    memory_bytes: Number(row.memoryBytes),
    docker_version: row.dockerVersion,
    state: isLost ? 'lost' : row.draining ? 'draining' : 'active',
    registered_at: row.registeredAt.toISOString(),
    started_at: row.startedAt.toISOString(),
    heartbeat_at: row.heartbeatAt.toISOString(),
  };
}
