import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { eventually } from '../test/setup/eventually.ts';
import { createRunnerWorld, type RunnerWorld } from '../test/setup/runner-world.ts';

const docker = new Docker();
let test: TestDatabase;
let world: RunnerWorld;

beforeAll(async () => {
  test = await createTestDatabase();
  world = await createRunnerWorld(test.database);
});
afterAll(async () => {
  await world.close();
  await test.drop();
});

describe('a run', () => {
  it('hands the configuration over, keeps the output without it, and clears up', async () => {
    const secret = randomBytes(24).toString('base64');
    const script = 'echo "got $jit"; echo problem >&2; exit 3';
    const name = `ry-test-${randomBytes(4).toString('hex')}`;
    await test.database.runner.create({
      data: { name, jobId: '7-1', repositoryId: 7, repository: 'octo/repository', pool: 'test' },
    });
    const outcome = await world.outcome({ name, script, jitConfig: secret });
    expect(outcome).toMatchObject({ result: 'exited', exitCode: 3 });
    const output = await world.output(name);
    expect(output.split('\n').toSorted()).toEqual(['', 'got ***', 'problem']);
    expect(await world.containers()).toEqual([]);
    expect(world.slots.load).toEqual({ running: 0, reserved: 0 });
    const row = await test.database.runner.findUniqueOrThrow({ where: { name } });
    expect(row).toMatchObject({ exitCode: 3, hostId: world.hostId, logBytes: output.length });
    expect(row.removedAt?.toISOString()).toBe(outcome.removedAt);
    expect(row.startedAt?.toISOString()).toBe(outcome.startedAt);
  });

  it('keeps the container from privileges, and the configuration from whoever looks at it', async () => {
    const secret = randomBytes(24).toString('base64');
    const { name, run } = world.run({ script: 'sleep 60', jitConfig: secret });
    const container = await run.container;
    const seen = await docker.getContainer(container?.id ?? '').inspect();
    expect(JSON.stringify(seen)).not.toContain(secret);
    expect(seen.Name).toBe(`/${name}`);
    expect(seen.Config).toMatchObject({
      User: '1001',
      Labels: {
        'runyard.managed': 'true',
        'runyard.host': world.hostId,
        'runyard.job': '7-1',
        'runyard.workflow': 'job/7/1',
        'runyard.runner': name,
        'runyard.repository': '7',
        'runyard.pool': 'test',
      },
    });
    expect(seen.HostConfig).toMatchObject({
      NanoCpus: 500_000_000,
      Memory: 32 * 2 ** 20,
      MemorySwap: 32 * 2 ** 20,
      PidsLimit: 32,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      Binds: null,
    });
    const networks = Object.keys(seen.NetworkSettings.Networks);
    expect(networks).toHaveLength(1);
    const top = (await docker.getContainer(name).top()) as { Processes: string[][] };
    expect(JSON.stringify(top)).not.toContain(secret);
    expect(
      await world.runners.remove({ runnerName: name, onlyIfIdle: false, stopTimeout: 0 }),
    ).toEqual({
      result: 'removed',
    });
    expect(await run.outcome).toMatchObject({ result: 'exited', exitCode: 137 });
  });

  it('stops at the end of its time, and kills what does not stop', async () => {
    const gentle = 'trap "echo stopping; exit 7" TERM; while :; do sleep 0.05; done';
    const deaf = 'trap "" TERM; while :; do sleep 0.05; done';
    const [polite, killed] = await Promise.all([
      // long enough for the shell to come to its trap on a busy machine
      world.outcome({ script: gentle, input: { runTimeout: 2_000, stopTimeout: 20_000 } }),
      world.outcome({ script: deaf, input: { runTimeout: 300 } }),
    ]);
    expect(polite).toMatchObject({ result: 'run_timeout', exitCode: 7 });
    expect(killed).toMatchObject({ result: 'run_timeout', exitCode: 137 });
  });

  it('fails clearly for an image that is nowhere, and gives the slot back', async () => {
    const image = '127.0.0.1:1/absent:1';
    await expect(world.outcome({ image })).rejects.toMatchObject({
      type: 'ImageMissing',
      message: expect.stringContaining(image),
    });
    expect(world.slots.load).toEqual({ running: 0, reserved: 0 });
    expect(await world.metrics.registry.metrics()).toMatch(
      /runyard_host_launch_failures_total\{.*reason="image_missing".*\} 1/,
    );
  });

  it('fails as a whole, and leaves nothing, when the container can not start', async () => {
    const pool = { ...world.request().input.pool, command: ['/no/such/command'] };
    await expect(world.outcome({ input: { pool } })).rejects.toMatchObject({
      type: 'HostFailed',
      nonRetryable: true,
      message: expect.stringContaining('/no/such/command'),
    });
    expect(await world.containers()).toEqual([]);
  });

  it('leaves a container alone that has its name and is not of this host', async () => {
    const name = `ry-test-${randomBytes(4).toString('hex')}`;
    const foreign = await docker.createContainer({
      name,
      Image: world.request().input.pool.image,
      Cmd: ['sleep', '60'],
    });
    try {
      await expect(world.outcome({ name })).rejects.toMatchObject({ type: 'HostFailed' });
      expect(
        await world.runners.remove({ runnerName: name, onlyIfIdle: false, stopTimeout: 0 }),
      ).toEqual({
        result: 'absent',
      });
      expect((await foreign.inspect()).Name).toBe(`/${name}`);
    } finally {
      await foreign.remove({ force: true });
    }
  });

  it('bears a repository of any name', async () => {
    const repository = 'a/$(reboot); --privileged "\n\u0000\'`';
    const input = { repository: repository.replace('\0', ''), repositoryId: 9_007_199_254_740_991 };
    expect(await world.outcome({ input })).toMatchObject({ result: 'exited', exitCode: 0 });
  });

  it('makes the network anew that somebody removed meanwhile', async () => {
    const input = { repositoryId: 99 };
    await world.outcome({ input });
    for (const { Id, Labels } of await docker.listNetworks()) {
      const own = Labels?.['runyard.host'] === world.hostId;
      if (own && Labels?.['runyard.repository'] === '99') await docker.getNetwork(Id).remove();
    }
    expect(await world.outcome({ input })).toMatchObject({ result: 'exited', exitCode: 0 });
  });

  it('keeps no more output than the limit, and lets the container go on', async () => {
    const small = await createRunnerWorld(test.database, { logBytes: 10_000 });
    try {
      const script =
        'i=0; while [ $i -lt 4000 ]; do echo "line $i of many"; i=$((i+1)); done; exit 5';
      const { name, run } = small.run({ script });
      expect(await run.outcome).toMatchObject({ exitCode: 5 });
      const output = await small.output(name);
      expect(output).toMatch(/^line 0 of many\n.*\[output beyond 10000 bytes is not kept\]\n$/s);
      expect(output.length).toBeLessThan(10_100);
    } finally {
      await small.close();
    }
  });
});

describe('a further call', () => {
  it('joins the run that is under way, and learns of one that is over', async () => {
    const { name, run } = world.run({ script: 'sleep 0.3; exit 4' });
    expect(world.run({ name, attempt: 2 }).run).toBe(run);
    const outcome = await run.outcome;
    expect(await world.outcome({ name, attempt: 3 })).toEqual(outcome);
    expect(await world.containers()).toEqual([]);
  });

  it('in a new process follows what runs, without losing or repeating output', async () => {
    const script =
      'echo before $jit; while [ ! -e /tmp/go ]; do sleep 0.02; done; echo after $jit; exit 6';
    const { name, run } = world.run({ script });
    await eventually(() => world.output(name)).toBe('before ***\n');
    const id = (await run.container)?.id ?? '';
    // the first process is dead: it follows no more, and neither removes nor records
    world.ends.stop();
    const next = await createRunnerWorld(test.database, { hostId: world.hostId });
    const again = next.run({ name, attempt: 2 });
    expect((await again.run.container)?.id).toBe(id);
    const go = await docker.getContainer(id).exec({ Cmd: ['touch', '/tmp/go'] });
    await go.start({});
    expect(await again.run.outcome).toMatchObject({ result: 'exited', exitCode: 6 });
    expect(await world.output(name)).toBe('before ***\nafter ***\n');
    expect(await next.containers()).toEqual([]);
    world = next;
  });

  it('in a new process takes the end of what ended meanwhile', async () => {
    const request = world.request({ script: 'echo done; exit 9' });
    const { input, owner } = request;
    const { containerOptions } = await import('./docker/container-options.ts');
    const network = (
      await docker.listNetworks({ filters: { label: [`runyard.host=${world.hostId}`] } })
    )[0];
    const container = await docker.createContainer(
      containerOptions({
        ...{ hostId: world.hostId, networkId: network?.Id ?? '', owner, input },
        logBytes: 1_000,
      }),
    );
    await container.start();
    const stdin = await container.attach({ stream: true, stdin: true, hijack: true });
    stdin.end('jit\n');
    await container.wait();
    // whoever has no use for an idle runner leaves this one, whose output is not kept yet
    const { runnerName } = input;
    const removal = { runnerName, onlyIfIdle: true, stopTimeout: 0 };
    expect(await world.runners.remove(removal)).toEqual({ result: 'busy' });
    expect(await world.outcome({ name: input.runnerName, attempt: 2 })).toMatchObject({
      result: 'exited',
      exitCode: 9,
    });
    expect(await world.output(input.runnerName)).toBe('done\n');
  });

  it.each([1, 2])('makes anew what was made and never started (attempt %i)', async (attempt) => {
    const { input } = world.request();
    await docker.createContainer({
      name: input.runnerName,
      Image: input.pool.image,
      Cmd: ['false'],
      Labels: { 'runyard.host': world.hostId, 'runyard.runner': input.runnerName },
    });
    const outcome = await world.outcome({ name: input.runnerName, attempt });
    expect(outcome).toMatchObject({ result: 'exited', exitCode: 0 });
  });

  it('answers that a runner is gone which ran once, and whose end nobody saw', async () => {
    const name = `ry-test-${randomBytes(4).toString('hex')}`;
    await test.database.runner.create({
      data: {
        ...{ name, jobId: '7-1', repositoryId: 7, repository: 'o/r', pool: 'test' },
        startedAt: new Date('2026-01-01T00:00:00Z'),
      },
    });
    expect(await world.outcome({ name, attempt: 2 })).toMatchObject({
      result: 'absent',
      exitCode: null,
      startedAt: '2026-01-01T00:00:00.000Z',
    });
  });
});

describe('a removal', () => {
  const worker = 'sh -c "sleep 60; : Runner.Worker" & wait';

  it('leaves a runner alone that is at work, unless it must go', async () => {
    const { name, run } = world.run({ script: worker });
    await run.container;
    await eventually(() => world.runners.inspect(name)).toEqual({ state: 'busy' });
    const removal = { runnerName: name, stopTimeout: 0 };
    expect(await world.runners.remove({ ...removal, onlyIfIdle: true })).toEqual({
      result: 'busy',
    });
    expect(await world.runners.remove({ ...removal, onlyIfIdle: false })).toEqual({
      result: 'removed',
    });
    expect(await run.outcome).toMatchObject({ result: 'exited', exitCode: 137 });
    expect(await world.runners.inspect(name)).toEqual({ state: 'absent' });
    expect(await world.runners.remove({ ...removal, onlyIfIdle: false })).toEqual({
      result: 'absent',
    });
  });

  it('takes an idle runner, also one that nobody follows', async () => {
    const { name, run } = world.run({ script: 'sleep 60' });
    await run.container;
    world.ends.stop();
    const next = await createRunnerWorld(test.database, { hostId: world.hostId });
    expect(await next.runners.inspect(name)).toEqual({ state: 'idle' });
    next.slots.adopt(name);
    const removed = await next.runners.remove({
      runnerName: name,
      onlyIfIdle: true,
      stopTimeout: 0,
    });
    expect(removed).toEqual({ result: 'removed' });
    expect(next.slots.load.running).toBe(0);
    expect(await next.containers()).toEqual([]);
    world = next;
  });

  it('gives back a reservation, and keeps a launch from coming after it', async () => {
    const { input } = world.request();
    expect(world.slots.claim(input.runnerName)).toBe(true);
    const removal = { runnerName: input.runnerName, onlyIfIdle: false, stopTimeout: 0 };
    expect(await world.runners.remove(removal)).toEqual({ result: 'absent' });
    expect(world.slots.load.reserved).toBe(0);
    expect(await world.outcome({ name: input.runnerName })).toMatchObject({ result: 'absent' });
  });
});
