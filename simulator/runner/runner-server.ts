import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Runner } from '../entities.ts';
import { runnerConnected, runnerDisconnected } from '../lifecycle/runners.ts';
import { hashToken } from '../tokens.ts';
import type { RunnerLink, World } from '../world.ts';
import { heard } from './runner-lines.ts';

const MOST_LINE_CHARACTERS = 4096;

/**
 * Serves runners on an HTTP server: each keeps one connection that is upgraded to lines of text, and
 * opens another for each job's log. `README.md` has the protocol.
 */
export function serveRunners(world: World, server: Server): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const runner = findRunner(world, request);
    const log = /^\/_runner\/jobs\/(\d+)\/log$/.exec(request.url ?? '')?.[1];
    if (!runner) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    else if (log !== undefined) receiveLog(world, runner, Number(log), socket, head);
    else if (request.url === '/_runner/connect') connect(world, runner, request, socket);
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  });
}

function findRunner(world: World, request: IncomingMessage): Runner | undefined {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  const hash = hashToken(token);
  for (const runner of world.store.runners.values()) if (runner.tokenHash === hash) return runner;
  return undefined;
}

function connect(world: World, runner: Runner, request: IncomingMessage, socket: Duplex): void {
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: runner\r\n\r\n',
  );
  const link: RunnerLink = {
    send: (line) => void socket.write(`${line}\n`),
    close: () => void socket.end(),
    heardAt: Date.now(),
    stalled: false,
  };
  // A runner that says nothing for long is taken for gone, though its connection may look open.
  const patience = world.settings.runner_offline_seconds * 1000;
  const pings = setInterval(() => {
    if (Date.now() - link.heardAt > patience) socket.destroy();
    else link.send('ping');
  }, patience / 3);
  pings.unref();
  let graceful = false;
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    link.heardAt = Date.now();
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = (lines.pop() ?? '').slice(0, MOST_LINE_CHARACTERS);
    for (const line of lines) {
      if (line === 'bye') graceful = true;
      heard(world, runner, link, line);
    }
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    clearInterval(pings);
    runnerDisconnected(world, runner, link, graceful);
  });
  const working = Number(request.headers['x-job'] ?? '');
  runnerConnected(world, runner, link, working > 0 ? working : null);
}

function receiveLog(
  world: World,
  runner: Runner,
  jobId: number,
  socket: Duplex,
  head: Buffer,
): void {
  if (world.store.jobs.get(jobId)?.runnerId !== runner.id) return void socket.destroy();
  if (head.length > 0) world.logs.append(jobId, head);
  socket.on('data', (chunk: Buffer) => world.logs.append(jobId, chunk));
  // Ending only now tells the runner that all has arrived.
  socket.on('end', () => socket.end());
}
