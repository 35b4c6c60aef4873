import Docker from 'dockerode';
import pLimit from 'p-limit';
import type { Pool } from '../domain/pool.ts';

export const docker = new Docker({ socketPath: '/var/run/docker.sock' });

/** The network that bare containers stand on: an ordinary bridge, as a repository's own is. */
export async function bareNetwork(): Promise<{ id: string; remove(): Promise<void> }> {
  const network = await docker.createNetwork({
    Name: `runyard-bench-${process.pid}`,
    Driver: 'bridge',
  });
  return { id: network.id, remove: () => network.remove() };
}

/** What a bare container does: a command, with one line on its standard input. */
export interface BareRun {
  name: string;
  image: string;
  command: readonly string[];
  input: string;
  networkId: string;
  pool: Pick<Pool, 'limits' | 'user'>;
}

/**
 * Create, attach, start with the same settings as Runyard's runners have; answers how long it took
 * until the container ran, in milliseconds, and a promise of its removal.
 */
export async function runBare(run: BareRun): Promise<{ started: number; over: Promise<void> }> {
  const begin = performance.now();
  const container = await docker.createContainer({
    name: run.name,
    Image: run.image,
    Cmd: [...run.command],
    User: run.pool.user,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      NetworkMode: run.networkId,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: run.pool.limits.pids,
      Memory: run.pool.limits.memoryMebibytes * 1024 * 1024,
      MemorySwap: run.pool.limits.memoryMebibytes * 1024 * 1024,
      NanoCpus: run.pool.limits.cpus * 1e9,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
    },
  });
  const stream = await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  });
  stream.resume();
  await container.start();
  const started = performance.now() - begin;
  stream.write(`${run.input}\n`);
  stream.end();
  const over = container.wait().then(async () => {
    await container.remove();
  });
  return { started, over };
}

/** Containers a second through bare Docker, so many at once. */
export async function bareRate(
  count: number,
  atOnce: number,
  prepare: (index: number) => Promise<BareRun>,
): Promise<number> {
  const limit = pLimit(atOnce);
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      limit(async () => {
        const { over } = await runBare(await prepare(index));
        await over;
      }),
    ),
  );
  return count / ((performance.now() - begin) / 1000);
}

/** The same container as Runyard's runners, that only reads its line and ends. */
export function bareRun(image: string, networkId: string, limits: BareRun['pool']['limits']) {
  let number = 0;
  return async (): Promise<BareRun> => {
    number += 1;
    return {
      name: `runyard-bench-${process.pid}-${number}`,
      image,
      command: ['/bin/sh', '-c', 'read -r line && true'],
      input: 'a line',
      networkId,
      pool: { limits, user: '1001' },
    };
  };
}

/** Removes an image's bench containers that an interrupted run left. */
export async function removeLeftovers(): Promise<void> {
  for (const { Id, Names } of await docker.listContainers({ all: true })) {
    if (Names.some((name) => name.startsWith('/runyard-bench-'))) {
      await docker.getContainer(Id).remove({ force: true });
    }
  }
}
