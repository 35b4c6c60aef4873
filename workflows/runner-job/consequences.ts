import { RUN_TIMEOUT } from '../contracts/host-activities.ts';
import type { GivenUp } from './outcome.ts';
import type { RunnerEnd } from './runner-life.ts';

/** Runners that come and go without a job: after so many in a row something is wrong with them. */
const MOST_UNUSED = 5;
const UNUSED_DETAIL = `${MOST_UNUSED} runners ended without being given a job: see the job's log`;

/** What follows for a job from the end of one of its runners; null: nothing. */
export type Consequence =
  | { next: 'give up'; why: GivenUp }
  | { next: 'pause'; milliseconds: number; detail: string }
  | null;

/** Judges how a job's runners end, one after the other. */
export class Consequences {
  /** Launches in a row that came to nothing. */
  #unused = 0;

  /**
   * @param options.servedAnother - the runner is known to have been given another job
   * @param options.runTimeout - milliseconds
   */
  of(end: RunnerEnd, options: { servedAnother: boolean; runTimeout: number }): Consequence {
    switch (end.kind) {
      case 'served':
      case 'released':
        this.#unused = 0;
        return null;
      case 'run_timeout': {
        if (options.servedAnother) return null;
        const seconds = Math.round(options.runTimeout / 1000);
        const detail = `Stopped after ${seconds} s, the longest run that its pool allows`;
        return { next: 'give up', why: { status: 'failed', code: RUN_TIMEOUT, detail } };
      }
      case 'unused':
        this.#unused += 1;
        return this.#unused >= MOST_UNUSED
          ? giveUp('runner_unused', UNUSED_DETAIL)
          : {
              next: 'pause',
              milliseconds: 1000 * 2 ** (this.#unused - 1),
              detail: 'Its runner ended without a job; launching again',
            };
      case 'failed': {
        const { verdict } = end;
        if (verdict.next === 'fail') return giveUp(verdict.code, verdict.detail);
        if (verdict.counts) this.#unused += 1;
        return this.#unused >= MOST_UNUSED
          ? giveUp('launch_failed', verdict.detail)
          : { next: 'pause', milliseconds: verdict.pause, detail: verdict.detail };
      }
    }
  }
}

function giveUp(code: string, detail: string): Consequence {
  return { next: 'give up', why: { status: 'failed', code, detail } };
}
