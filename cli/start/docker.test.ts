import Docker from 'dockerode';
import { isIPv4 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bridgeGateway, DockerUnreachableError, ensureDocker, firstAddress } from './docker.ts';

const SOCKET = process.env['DOCKER_SOCKET'] ?? '/var/run/docker.sock';

it('finds an engine that runs, and this machine as its containers see it', async () => {
  const docker = await ensureDocker(SOCKET, () => {});
  expect(docker).toBeInstanceOf(Docker);
  expect(isIPv4((await bridgeGateway(docker)) ?? '')).toBe(true);
});

it('brings up no engine on a socket that was asked for, and says what to do', async () => {
  const nowhere = join(tmpdir(), 'runyard-no-engine.sock');
  const search = ensureDocker(nowhere, () => {});
  await expect(search).rejects.toThrow(DockerUnreachableError);
  await expect(search).rejects.toThrow(/runyard-no-engine.sock \(ENOENT\).*DOCKER_SOCKET/s);
});

it.each([
  ['172.17.0.0/16', '172.17.0.1'],
  ['10.1.2.128/25', '10.1.2.129'],
  ['fd00::/64', null],
  ['', null],
])('takes the first address of %j', (subnet, address) => {
  expect(firstAddress(subnet)).toBe(address);
});
