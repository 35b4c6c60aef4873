import { createHash } from 'node:crypto';
import { realpath, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Another supervisor works on the same data folder. */
export class AlreadyRunningError extends Error {
  override name = 'AlreadyRunningError';
}

/**
 * Takes the one lock of a data folder. The kernel gives it back when this process ends, however it ends.
 *
 * @returns gives the lock back
 * @throws AlreadyRunningError
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex')
    .slice(0, 32);
  // Linux knows sockets without a file, which leave nothing behind; elsewhere the file may be stale.
  const address =
    process.platform === 'linux' ? `\0runyard-${name}` : join(tmpdir(), `runyard-${name}.sock`);
  const taken = () =>
    new AlreadyRunningError(
      `Another "npm start" already works on ${folder}. Stop that one, or set RUNYARD_DATA_DIR to ` +
        `another folder to run a second system beside it`,
    );
  try {
    return await listen(address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (address.startsWith('\0') || (await isServed(address))) throw taken();
    await unlink(address);
    return listen(address);
  }
}

function listen(address: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', reject);
    server.listen(address, () => resolve(() => server.close()));
  });
}

function isServed(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
