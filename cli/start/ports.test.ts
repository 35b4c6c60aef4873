import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { choosePort, choosePorts, PortTakenError } from './ports.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A port that is taken, with a free one above it. */
function takenPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () =>
      resolve((server.address() as AddressInfo).port),
    );
    servers.push(server);
  });
}

it('takes the next free port above a default that is taken', async () => {
  const taken = await takenPort();
  const port = await choosePort({ port: taken });
  expect(port).toBeGreaterThan(taken);
  expect(port).toBeLessThan(taken + 100);
});

it('names the port and its setting when one that was asked for is taken', async () => {
  const taken = await takenPort();
  const choice = choosePort({ port: taken, setting: 'PORT' });
  await expect(choice).rejects.toThrow(PortTakenError);
  await expect(choice).rejects.toThrow(`Port ${taken} is taken`);
  await expect(choice).rejects.toThrow('set PORT to a free port');
});

it('takes the same port as last time where any would do, if it is free', async () => {
  const last = await takenPort();
  expect(await choosePort({ port: 0, last })).not.toBe(last);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await choosePort({ port: 0, last })).toBe(last);
});

it('chooses a different port for everything', async () => {
  const ports = await choosePorts({ api: { port: 0 }, temporalUi: { port: 0 } }, {});
  expect(new Set(Object.values(ports)).size).toBe(Object.values(ports).length);
});
