import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { endLeftovers } from './leftovers.ts';

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

async function start(...args: string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(
    process.execPath,
    ['-e', `process.send('up'); setInterval(() => {}, 1000)`, '--', ...args],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  children.push(child);
  await once(child, 'message');
  return child as ChildProcess & { pid: number };
}

it('ends the processes of its own folder, and no others', async () => {
  const [ours, database, namesake, other] = await Promise.all([
    start('--data-folder=/somewhere/data'),
    start('-D', '/var/lib/runyard/postgres-1/data'),
    start('--data-folder=/somewhere/data2'),
    start(),
  ]);
  const bothGone = Promise.all([once(ours, 'exit'), once(database, 'exit')]);
  const ended = await endLeftovers(
    { api: ours.pid, postgres: database.pid, temporal: namesake.pid, simulator: other.pid, x: 1 },
    ['/somewhere/data', '/var/lib/runyard/postgres-1'],
  );
  expect(ended.sort()).toEqual(['api', 'postgres']);
  await bothGone;
  expect(namesake.signalCode).toBeNull();
  expect(other.signalCode).toBeNull();
});

it.each([null, 'broken', {}, { api: 'x' }, { api: 2 ** 30 }])(
  'makes nothing of %j',
  async (pids) => {
    expect(await endLeftovers(pids, ['/'])).toEqual([]);
  },
);
