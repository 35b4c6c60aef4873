import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Waits until no other process builds in this checkout, and keeps others out.
 *
 * @param {string} root
 * @returns {Promise<() => void>} lets the next one in
 */
export async function lockBuild(root) {
  const name = `runyard-build-${createHash('sha256').update(root).digest('hex').slice(0, 32)}`;
  // A socket, as the kernel closes it when its process dies. Linux knows sockets without a file.
  const address = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  for (;;) {
    const unlock = await listen(address);
    if (unlock) return unlock;
    const wasServed = await untilClosed(address);
    if (!wasServed && !address.startsWith('\0')) rmSync(address, { force: true });
  }
}

function listen(address) {
  return new Promise((resolve, reject) => {
    const sockets = new Set();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(address, () =>
      resolve(() => {
        server.close();
        for (const socket of sockets) socket.destroy();
      }),
    );
    server.unref();
  });
}

/** Resolves when the holder closes its socket; false when nobody holds it. */
function untilClosed(address) {
  return new Promise((resolve) => {
    const socket = connect(address);
    let served = false;
    socket.once('connect', () => (served = true));
    socket.on('error', () => {});
    socket.once('close', () => resolve(served));
  });
}
