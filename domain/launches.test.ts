import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Launches } from './launches.ts';

const OWN = 7;
const OTHER = 8;

describe('Launches', () => {
  it('needs one runner, and another when that serves somebody else', () => {
    const job = new Launches(OWN, 'default');
    expect(job.needsRunner).toBe(true);
    job.launched('a').phase = 'following';
    expect(job.needsRunner).toBe(false);
    job.taken('a', OTHER, false);
    expect(job.needsRunner).toBe(true);
    expect(job.superfluous).toEqual([]);
  });

  it('needs no second one when the other job owes it a launch', () => {
    const job = new Launches(OWN, 'default');
    job.launched('a').phase = 'following';
    job.taken('a', OTHER, true);
    expect(job.needsRunner).toBe(false);
    job.owed = false;
    job.taken('a', OTHER, true);
    expect(job.needsRunner).toBe(true);
  });

  it('keeps its launch for another job of the pool whose runner served it', () => {
    const job = new Launches(OWN, 'default');
    const runner = job.launched('a');
    job.hear({ status: 'completed', conclusion: 'success', runnerName: 'ry-default-1a' });
    expect(job.superfluous).toEqual([]);
    runner.phase = 'following';
    expect(job.superfluous).toEqual([runner]);
  });

  it('launches as many runners as jobs, whoever is served by whom', () => {
    const jobs = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(jobs, fc.infiniteStream(fc.nat()), (count, choices) => {
        const all = Array.from({ length: count }, (_, id) => new Launches(id, 'p'));
        const pick = <T>(from: readonly T[]) => from[(choices.next().value ?? 0) % from.length];
        let launched = 0;
        for (let step = 0; step < count * 4; step += 1) {
          for (const job of all.filter((one) => one.needsRunner)) {
            launched += 1;
            job.launched(`ry-p-${job.githubJobId}`);
          }
          const owner = pick(
            all.filter((job) => job.runners.some((one) => one.servedJobId === null)),
          );
          const served = pick(all.filter((job) => job.word.status === 'queued'));
          const runner = owner?.runners.find((one) => one.servedJobId === null);
          if (!owner || !served || !runner) continue;
          runner.phase = 'following';
          if (owner !== served) owner.taken(runner.name, served.githubJobId, true);
          served.hear({ status: 'in_progress', conclusion: null, runnerName: runner.name });
        }
        expect(launched).toBe(count);
        expect(all.every((job) => job.word.status === 'in_progress')).toBe(true);
      }),
    );
  });

  it('lets its waiting runner go when the job runs on another', () => {
    const job = new Launches(OWN, 'default');
    const runner = job.launched('a');
    job.hear({ status: 'in_progress', conclusion: null, runnerName: 'elsewhere' });
    expect(job.superfluous).toEqual([runner]);
    expect(job.needsRunner).toBe(false);
    expect(job.serving).toBeNull();
  });

  it('launches again when GitHub requeues the job', () => {
    const job = new Launches(OWN, 'default');
    job.launched('a').phase = 'gone';
    job.hear({ status: 'in_progress', conclusion: null, runnerName: 'a' });
    expect(job.needsRunner).toBe(false);
    job.replace({ status: 'queued', conclusion: null, runnerName: null });
    expect(job.needsRunner).toBe(true);
  });

  it('ends in the same state whatever the order and number of webhooks', () => {
    const words = [
      { status: 'queued', conclusion: null, runnerName: null },
      { status: 'in_progress', conclusion: null, runnerName: 'a' },
      { status: 'completed', conclusion: 'success', runnerName: 'a' },
    ] as const;
    const order = fc.shuffledSubarray([...words, ...words], { minLength: 6 });
    fc.assert(
      fc.property(order, (told) => {
        const job = new Launches(OWN, 'default');
        const runner = job.launched('a');
        for (const word of told) job.hear(word);
        expect(job.word).toEqual(words[2]);
        expect(runner.servedJobId).toBe(OWN);
        expect(job.needsRunner).toBe(false);
      }),
    );
  });
});
