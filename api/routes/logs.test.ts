import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, randomId } from '../api.world.ts';
import { EventReader } from '../live/live.world.ts';
import type { LogLine } from '../schemas/events.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

/** A job on a runner, with its output so far. */
async function jobWithOutput(output: readonly string[], status = 'running') {
  const githubJobId = randomId();
  const id = `1296269-${githubJobId}`;
  const runner = await addRunner(id);
  await world.records.job.create({
    data: {
      id,
      repositoryId: 1296269n,
      githubJobId: BigInt(githubJobId),
      runId: 7n,
      repository: 'octo/app',
      name: 'build',
      correlationId: 'c',
      queuedAt: new Date(),
      runnerName: runner,
      status,
    },
  });
  for (const [index, text] of output.entries()) await write(runner, index + 1, text);
  return { id, runner };
}

async function addRunner(jobId: string): Promise<string> {
  const name = `ry-default-${randomUUID().slice(0, 8)}`;
  const data = { name, jobId, repositoryId: 1296269n, repository: 'octo/app', pool: 'default' };
  await world.records.runner.create({ data });
  return name;
}

const write = (runnerName: string, sequence: number, text: string) =>
  world.records.runnerLogChunk.create({ data: { runnerName, sequence, text } });

async function end(id: string, runner: string) {
  await world.records.runner.update({ where: { name: runner }, data: { removedAt: new Date() } });
  await world.records.job.update({
    where: { id },
    data: { status: 'completed', removedAt: new Date() },
  });
}

const follow = async (id: string, lastEventId?: string) =>
  new EventReader(
    await world.request(`/api/jobs/${id}/logs?follow=1`, {
      headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
    }),
  );

const textOf = ({ data }: { data: string }) => (JSON.parse(data) as LogLine).text;

describe('the log', () => {
  it('is plain text', async () => {
    const { id } = await jobWithOutput(['one\n', 'two\n', '<script>\n']);
    const response = await world.request(`/api/jobs/${id}/logs`);
    expect(response.headers.get('Content-Type')).toBe('text/plain; charset=UTF-8');
    expect(await response.text()).toBe('one\ntwo\n<script>\n');
  });

  it('is empty for a job that has no runner yet', async () => {
    const { id } = await jobWithOutput([]);
    await world.records.job.update({ where: { id }, data: { runnerName: null } });
    expect(await (await world.request(`/api/jobs/${id}/logs`)).text()).toBe('');
  });

  it('422 for another way to follow', async () => {
    const { id } = await jobWithOutput([]);
    expect((await world.request(`/api/jobs/${id}/logs?follow=maybe`)).status).toBe(422);
  });
});

describe('the live log', () => {
  it('has what was, then what comes, and ends when the runner is gone', async () => {
    const { id, runner } = await jobWithOutput(['one\n', 'two\nthree\n']);
    const events = await follow(id);
    expect(textOf(await events.named('log'))).toBe('one\n');
    expect(textOf(await events.named('log'))).toBe('two\nthree\n');
    await write(runner, 3, 'four\r\n');
    const event = await events.named('log');
    expect(textOf(event)).toBe('four\r\n');
    expect(event.id).toBe(`3@${runner}`);
    await write(runner, 4, 'five\n');
    await end(id, runner);
    expect(textOf(await events.named('log'))).toBe('five\n');
    await events.named('end');
    expect(await events.rest()).toEqual([]);
    expect(events.isEnded).toBe(true);
  });

  it('goes on where a client left', async () => {
    const { id, runner } = await jobWithOutput(['one\n', 'two\n', 'three\n']);
    await end(id, runner);
    const events = await follow(id, `2@${runner}`);
    expect((await events.rest()).map(({ event }) => event)).toEqual(['log', 'end']);
    expect(events.events.map(({ data }) => data)[0]).toContain('three');
  });

  it('goes on with the next runner, when the job is launched again', async () => {
    const { id, runner } = await jobWithOutput(['first\n']);
    const events = await follow(id);
    await events.named('log');
    const next = await addRunner(id);
    await write(next, 1, 'second\n');
    await world.records.job.update({ where: { id }, data: { runnerName: next } });
    expect(JSON.parse((await events.named('runner')).data)).toEqual({ name: next });
    const event = await events.named('log');
    expect([textOf(event), event.id]).toEqual(['second\n', `1@${next}`]);
    await events.close();

    // A client that left on the first runner gets all of the second's.
    const again = await follow(id, `1@${runner}`);
    expect(textOf(await again.named('log'))).toBe('second\n');
    await again.close();
  });

  it('waits for a job that has no runner yet', async () => {
    const { id, runner } = await jobWithOutput(['one\n']);
    await world.records.job.update({ where: { id }, data: { runnerName: null, status: 'queued' } });
    const events = await follow(id);
    await world.records.job.update({ where: { id }, data: { runnerName: runner } });
    expect(textOf(await events.named('log'))).toBe('one\n');
    await events.close();
  });

  it('ends at once for a job that never had a runner', async () => {
    const { id } = await jobWithOutput([]);
    await world.records.job.update({ where: { id }, data: { runnerName: null, status: 'failed' } });
    const events = await follow(id);
    expect((await events.rest()).map(({ event }) => event)).toEqual(['end']);
  });

  it('loses nothing of a long log', async () => {
    const chunks = Array.from({ length: 500 }, (_, index) => `${index} ${'x'.repeat(20_000)}\n`);
    const { id, runner } = await jobWithOutput([]);
    await world.records.runnerLogChunk.createMany({
      data: chunks.map((text, index) => ({ runnerName: runner, sequence: index + 1, text })),
    });
    await end(id, runner);
    const events = await follow(id);
    const texts = (await events.rest()).filter(({ event }) => event === 'log').map(textOf);
    expect(texts).toEqual(chunks);
  });
});
