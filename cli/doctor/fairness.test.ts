import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { choosePort } from '../start/ports.ts';
import { findTemporal } from '../start/temporal-binary.ts';
import { checkFairness } from './fairness.ts';

let plain: ChildProcess;
let address: string;

beforeAll(async () => {
  const binary = await findTemporal(process.env, () => {});
  const port = await choosePort({ port: 0 });
  address = `127.0.0.1:${port}`;
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--headless'];
  plain = spawn(binary, [...args, '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // it says where it listens once it does
  if (plain.stdout) await once(plain.stdout, 'data');
});

afterAll(async () => {
  const ended = once(plain, 'exit');
  plain.kill('SIGTERM');
  await ended;
});

it('is content with the server that Runyard starts', async () => {
  expect(await checkFairness(inject('temporalAddress'), 'default')).toMatchObject({ state: 'ok' });
});

it('sees that a server has it switched off', async () => {
  const finding = await checkFairness(address, 'default');
  expect(finding.state).toBe('warning');
  expect(finding.fix).toContain('matching.enableFairness=true');
});

it('says where it looked when no server is there', async () => {
  const finding = await checkFairness('127.0.0.1:1', 'default');
  expect(finding.state).toBe('failed');
  expect(finding.detail).toContain('127.0.0.1:1');
});
