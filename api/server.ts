import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { InvalidSettingsError, loadSettings } from '../config/load.ts';
import { createLog } from '../config/log.ts';
import { createApp } from './app.ts';
import { createServices } from './services.ts';

/** Milliseconds that requests have to finish once the API is told to end. */
const FINISH_WITHIN = 20_000;
/** Whatever hangs then is left to the next start: everything that matters is in the inbox. */
const END_WITHIN = 29_000;

async function main(): Promise<void> {
  const { settings, warnings } = loadSettings(process.env);
  const log = createLog('api', settings.LOG_LEVEL);
  for (const warning of warnings) log.warn(warning);
  const services = createServices(settings, log);
  const app = createApp(services.dependencies);
  const server = serve({
    fetch: app.fetch,
    hostname: settings.BIND_ADDRESS,
    port: settings.PORT,
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `PORT: ${settings.PORT} on ${settings.BIND_ADDRESS} is taken: free it, or set another`;
      reject(error.code === 'EADDRINUSE' ? new InvalidSettingsError([taken]) : error);
    });
  });
  await services.start();
  const url = addressOf(server);

  let isEnding = false;
  const end = async (reason: string) => {
    if (isEnding) return;
    isEnding = true;
    log.info({ reason }, 'The API ends');
    setTimeout(() => {
      log.warn('Some requests did not finish; what they took in is in the inbox');
      process.exit(1);
    }, END_WITHIN).unref();
    await Promise.all([closeServer(server), services.endStreams()]);
    await services.stop();
    log.info('The API has ended');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal));
  process.on('disconnect', () => void end('its parent is gone'));

  log.info({ url }, 'The API listens');
  process.send?.({ ready: true, addresses: { api: url } });
}

function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Takes no new request, and finishes those under way. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN);
  await closed;
  clearTimeout(timer);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof InvalidSettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
