import { spawn } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { followUntilReady } from './launched.ts';
import { restartPause, type Supervised, supervise } from './supervised.ts';

const LIVES = `process.on('SIGTERM', () => process.exit(0)); console.log('ready'); setInterval(() => {}, 1000)`;

let running: Supervised | undefined;
afterEach(async () => {
  await running?.stop(2_000);
});

function program(source: () => string) {
  const pids: number[] = [];
  const troubles: string[] = [];
  const watchers: ((pid: number) => void)[] = [];
  running = supervise({
    title: 'The program',
    stopSignal: 'SIGTERM',
    launch: () => {
      const child = spawn(process.execPath, ['-e', source()], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return followUntilReady(child, [child.stdout, child.stderr], (line) => line === 'ready');
    },
    onProcess: (pid) => {
      if (pid !== undefined) pids.push(pid);
    },
    onReady: (pid) => watchers.shift()?.(pid),
    onTrouble: (message) => troubles.push(message),
  });
  const nextProcess = () => new Promise<number>((resolve) => watchers.push(resolve));
  return { program: running, pids, troubles, nextProcess };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('supervise', () => {
  it('starts a killed process again, as often as it is killed', async () => {
    const { program: one, pids, troubles, nextProcess } = program(() => LIVES);
    await one.start();
    for (let round = 0; round < 3; round++) {
      const next = nextProcess();
      process.kill(pids.at(-1) ?? 0, 'SIGKILL');
      await next;
    }
    expect(new Set(pids).size).toBe(4);
    expect(troubles.slice(0, 2)).toEqual([
      'The program ended (SIGKILL); starting it again',
      'The program is back',
    ]);
  });

  it('ends the process on stop, and starts no other', async () => {
    const { program: one, pids } = program(() => LIVES);
    await one.start();
    await one.stop(5_000);
    expect(pids).toHaveLength(1);
    expect(isAlive(pids[0] ?? 0)).toBe(false);
  });

  it('kills a process that does not end by itself', async () => {
    const {
      program: one,
      pids,
      troubles,
    } = program(
      () => `process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)`,
    );
    await one.start();
    await one.stop(50);
    expect(isAlive(pids[0] ?? 0)).toBe(false);
    expect(troubles).toEqual(["The program didn't end within 0.05 s, and was killed"]);
  });

  it('gives up on a process that never comes up, with its last words', async () => {
    const { program: one, pids } = program(() => `console.error('no such luck'); process.exit(7)`);
    await expect(one.start()).rejects.toThrow(/The program doesn't start: code 7: no such luck/);
    expect(pids.length).toBeGreaterThan(1);
  });

  it('is not put off by a first start that fails', async () => {
    let tries = 0;
    const { program: one } = program(() => (tries++ === 0 ? 'process.exit(1)' : LIVES));
    await one.start();
    expect(tries).toBe(2);
  });

  it('breaks off a start that is stopped', async () => {
    const { program: one } = program(() => 'setInterval(() => {}, 1000)');
    await Promise.all([expect(one.start()).rejects.toThrow(/was stopped/), one.stop(2_000)]);
  });
});

it('pauses longer after each failure, within bounds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (failures) => {
      expect(restartPause(failures)).toBeGreaterThanOrEqual(100);
      expect(restartPause(failures)).toBeLessThanOrEqual(10_000);
      expect(restartPause(failures + 1)).toBeGreaterThanOrEqual(restartPause(failures));
    }),
  );
});
