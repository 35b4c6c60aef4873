import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Launches } from './launches.ts';

const OWN = 7;
const OTHER = 8;

describe('Launches', () => {
  it('needs one runner, and another when that serves somebody else', () => {
    const job = new Launches(OWN);
    expect(job.needsRunner).toBe(true);
    job.launched('a').phase = 'following';
    expect(job.needsRunner).toBe(false);
    job.taken('a', OTHER);
    expect(job.needsRunner).toBe(true);
    expect(job.superfluous).toEqual([]);
  });

  it('lets its waiting runner go when the job runs on another', () => {
    const job = new Launches(OWN);
    const runner = job.launched('a');
    job.hear({ status: 'in_progress', conclusion: null, runnerName: 'elsewhere' });
    expect(job.superfluous).toEqual([runner]);
    expect(job.needsRunner).toBe(false);
    expect(job.serving).toBeNull();
  });

  it('launches again when GitHub requeues the job', () => {
    const job = new Launches(OWN);
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
        const job = new Launches(OWN);
        const runner = job.launched('a');
        for (const word of told) job.hear(word);
        expect(job.word).toEqual(words[2]);
        expect(runner.servedJobId).toBe(OWN);
        expect(job.needsRunner).toBe(false);
      }),
    );
  });
});
