import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import { afterEach, expect, it } from 'vitest';
import { createEngine } from './docker/engine.ts';
import { LABELS } from './docker/labels.ts';
import { NetworkRangeFullError, Networks } from './networks.ts';

const docker = new Docker();
const hosts: string[] = [];
/** Away from the default range, so that a system that runs beside isn't disturbed. */
const RANGE = '10.213.0.0/16';

function host() {
  const id = `test-${randomUUID().slice(0, 8)}`;
  hosts.push(id);
  const engine = createEngine(id, '/var/run/docker.sock');
  return { id, engine, networks: new Networks(engine, RANGE) };
}

function list(hostId: string) {
  return docker.listNetworks({ filters: { label: [`${LABELS.host}=${hostId}`] } });
}

afterEach(async () => {
  for (const id of hosts.splice(0)) {
    for (const network of await list(id)) await docker.getNetwork(network.Id).remove();
  }
});

it('makes one network, however many ask for it at once', async () => {
  const { id, networks } = host();
  const ids = await Promise.all(Array.from({ length: 20 }, () => networks.ensure(42)));
  expect(new Set(ids).size).toBe(1);
  const made = await list(id);
  expect(made).toHaveLength(1);
  expect(made[0]).toMatchObject({
    Id: ids[0],
    Driver: 'bridge',
    Internal: false,
    EnableIPv6: false,
    Labels: { 'runyard.managed': 'true', 'runyard.host': id, 'runyard.repository': '42' },
  });
  expect(made[0]?.IPAM?.Config?.[0]?.Subnet).toMatch(/^10\.213\.\d+\.0\/24$/);
});

it('gives each repository a subnet of its own, beside networks of other hosts', async () => {
  const [one, other] = [host(), host()];
  await Promise.all(
    [1, 2, 3].flatMap((repository) => [
      one.networks.ensure(repository),
      other.networks.ensure(repository),
    ]),
  );
  const made = [...(await list(one.id)), ...(await list(other.id))];
  const subnets = made.map((network) => network.IPAM?.Config?.[0]?.Subnet);
  expect(new Set(subnets).size).toBe(6);
});

it('agrees on one network when several processes make it at once', async () => {
  const { id, engine } = host();
  const processes = Array.from({ length: 4 }, () => new Networks(engine, RANGE));
  await Promise.all(processes.map((networks) => networks.ensure(7)));
  const [made, ...rest] = await list(id);
  expect(rest).toEqual([]);
  // whoever lost the race and remembers its own finds the one that stayed
  for (const networks of processes) {
    networks.forget(7);
    expect(await networks.ensure(7)).toBe(made?.Id);
  }
});

it('makes a network anew that somebody removed', async () => {
  const { networks } = host();
  const first = await networks.ensure(1);
  await docker.getNetwork(first).remove();
  expect(await networks.ensure(1)).toBe(first);
  networks.forget(1);
  expect(await networks.ensure(1)).not.toBe(first);
});

it('says clearly when the range is full, and goes on once there is room', async () => {
  const { engine } = host();
  const networks = new Networks(engine, '10.214.0.0/23');
  const [first] = await Promise.all([networks.ensure(1), networks.ensure(2)]);
  await expect(networks.ensure(3)).rejects.toThrow(NetworkRangeFullError);
  await expect(networks.ensure(3)).rejects.toThrow(/10\.214\.0\.0\/23 \(2 networks\)/);
  await docker.getNetwork(first).remove();
  expect(await networks.ensure(3)).toMatch(/^[0-9a-f]{64}$/);
});

it('refuses a range that is none', () => {
  expect(() => new Networks(host().engine, 'everything')).toThrow(/not an IPv4 range/);
});
