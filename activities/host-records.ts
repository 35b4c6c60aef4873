import type { Logger } from '../config/log.ts';
import type { Database } from '../prisma/client.ts';
import { RUN_TIMEOUT } from '../workflows/contracts/host-activities.ts';
import { untilRecorded } from './patience.ts';

/** What a host says of itself once. */
export interface HostDescription {
  id: string;
  hostname: string;
  labels: readonly string[];
  pools: readonly string[];
  capacity: number;
  cpus: number;
  memoryBytes: number;
  dockerVersion: string;
  startedAt: Date;
}

/** What it says each time. */
export interface HostLoad {
  running: number;
  reserved: number;
}

/** A runner's container is running. */
export interface StartedContainer {
  hostId: string;
  containerId: string;
  startedAt: Date;
  runner: {
    runnerName: string;
    jobId: string;
    repositoryId: number;
    repository: string;
    pool: { name: string };
  };
}

/** A runner's container is gone. */
export interface EndedContainer {
  runnerName: string;
  exitCode: number | null;
  exitedAt: Date | null;
  removedAt: Date;
}

/** What is recorded of a runner whose container was started. */
export interface KnownRunner {
  startedAt: Date;
  exitCode: number | null;
  removedAt: Date | null;
}

export type HostRecords = ReturnType<typeof createHostRecords>;

/** What a host worker writes of itself and of its runners. Each is one idempotent statement. */
export function createHostRecords(database: Database, log: Logger) {
  return {
    /** Registers the host, or renews what is known of it; answers whether it is to be drained. */
    async register(host: HostDescription, load: HostLoad): Promise<{ draining: boolean }> {
      const rows = await database.$queryRaw<{ draining: boolean }[]>`
        INSERT INTO hosts (id, hostname, labels, pools, capacity, cpus, memory_bytes,
          docker_version, started_at, heartbeat_at, running, reserved)
        VALUES (${host.id}, ${host.hostname}, ${host.labels}, ${host.pools}, ${host.capacity},
          ${host.cpus}, ${host.memoryBytes}, ${host.dockerVersion}, ${host.startedAt},
          clock_timestamp(), ${load.running}, ${load.reserved})
        ON CONFLICT (id) DO UPDATE SET hostname = excluded.hostname, labels = excluded.labels,
          pools = excluded.pools, capacity = excluded.capacity, cpus = excluded.cpus,
          memory_bytes = excluded.memory_bytes, docker_version = excluded.docker_version,
          started_at = excluded.started_at, heartbeat_at = excluded.heartbeat_at,
          running = excluded.running, reserved = excluded.reserved
        RETURNING draining`;
      return { draining: rows[0]?.draining ?? false };
    },

    /** Says that the host lives and what it carries; null when it is not registered any more. */
    async heartbeat(id: string, load: HostLoad): Promise<{ draining: boolean } | null> {
      const rows = await database.$queryRaw<{ draining: boolean }[]>`
        UPDATE hosts SET running = ${load.running}, reserved = ${load.reserved},
          heartbeat_at = clock_timestamp()
        WHERE id = ${id} RETURNING draining`;
      return rows[0] ?? null;
    },

    /**
     * Records a start, for the runner and for the job that it was launched for; the job only as far
     * as GitHub hasn't given it to another runner meanwhile.
     */
    started: ({ runner, ...container }: StartedContainer): Promise<unknown> =>
      untilRecorded(
        'start',
        log,
        () => database.$executeRaw`
        WITH started AS (
          INSERT INTO runners (name, job_id, repository_id, repository, pool, host_id,
            container_id, started_at)
          VALUES (${runner.runnerName}, ${runner.jobId}, ${runner.repositoryId},
            ${runner.repository}, ${runner.pool.name}, ${container.hostId},
            ${container.containerId}, ${container.startedAt})
          ON CONFLICT (name) DO UPDATE SET host_id = excluded.host_id,
            container_id = excluded.container_id, started_at = excluded.started_at
          RETURNING name)
        UPDATE jobs SET container_started_at = ${container.startedAt},
          container_id = ${container.containerId}, host_id = ${container.hostId},
          removed_at = NULL,
          detail = CASE WHEN status IN ('queued', 'claimed', 'starting')
            THEN 'Runner online, waiting for GitHub to give it a job' ELSE detail END,
          status = CASE WHEN status IN ('queued', 'claimed', 'starting')
            THEN 'waiting' ELSE status END
        FROM started
        WHERE jobs.id = ${runner.jobId}
          AND (jobs.runner_name IS NULL OR jobs.runner_name = started.name)`,
      ),

    /** Records the end of a container, for the runner and for whichever job it served. */
    ended: (end: EndedContainer): Promise<unknown> =>
      untilRecorded(
        'end',
        log,
        () => database.$executeRaw`
        WITH ended AS (
          UPDATE runners SET exit_code = COALESCE(exit_code, ${end.exitCode}::int),
            exited_at = COALESCE(exited_at, ${end.exitedAt}::timestamptz),
            removed_at = COALESCE(removed_at, ${end.removedAt})
          WHERE name = ${end.runnerName} RETURNING name)
        UPDATE jobs SET removed_at = ${end.removedAt}
        WHERE runner_name = ${end.runnerName} AND removed_at IS NULL`,
      ),

    /** A runner has used up its time: why its job ends is known before GitHub hears of it. */
    outOfTime: (runnerName: string, runTimeout: number): Promise<unknown> =>
      untilRecorded(
        'time-out',
        log,
        () => database.$executeRaw`
        UPDATE jobs SET error_code = ${RUN_TIMEOUT},
          detail = ${`Stopped after ${Math.round(runTimeout / 1000)} s, the longest run that its pool allows`}
        WHERE runner_name = ${runnerName} AND settled_at IS NULL`,
      ),

    /** What is known of a runner whose container was started once; null where none was. */
    known: (runnerName: string): Promise<KnownRunner | null> =>
      untilRecorded('look-up', log, async () => {
        const runner = await database.runner.findUnique({
          where: { name: runnerName },
          select: { startedAt: true, exitCode: true, removedAt: true },
        });
        return runner?.startedAt ? { ...runner, startedAt: runner.startedAt } : null;
      }),
  };
}
