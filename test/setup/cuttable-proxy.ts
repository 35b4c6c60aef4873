import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A relay in front of a real server whose connections a test can cut: an outage that hurts nobody else. */
export interface CuttableProxy {
  /** Path of the Unix socket that it listens on, or `127.0.0.1:port`. */
  readonly address: string;
  /** Ends every connection, and refuses new ones until {@link CuttableProxy.restore}. */
  cut(): void;
  restore(): void;
  /** Lets the next request that looks so reach the server, and cuts its connection instead of the answer. */
  loseAnswer(request: RegExp): void;
  close(): Promise<void>;
}

/**
 * @param target - a Unix socket (then the proxy listens on one, too) or a port on loopback
 */
export async function startCuttableProxy(
  target: { path: string } | { port: number },
): Promise<CuttableProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'runyard-proxy-'));
  const sockets = new Set<Socket>();
  let isCut = false;
  let lost: RegExp | null = null;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (isCut) return void near.destroy();
    const options: NetConnectOpts =
      'path' in target ? target : { port: target.port, host: '127.0.0.1' };
    const far = connect({ ...options, allowHalfOpen: true });
    near.on('data', (data: Buffer) => {
      if (!lost?.test(data.toString('latin1'))) return;
      lost = null;
      far.unpipe(near);
      far.once('data', () => near.destroy()).resume();
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await chmod(folder, 0o755);
  const address = await new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    const path = join(folder, 'proxy.sock');
    if ('path' in target) server.listen(path, () => resolve(path));
    else {
      server.listen(0, '127.0.0.1', () => {
        const bound = server.address();
        resolve(`127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`);
      });
    }
  });
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address,
    cut: () => {
      isCut = true;
      cutAll();
    },
    restore: () => {
      isCut = false;
    },
    loseAnswer: (request) => {
      lost = request;
    },
    close: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
