import { ApplicationFailure, log } from '@temporalio/workflow';
import { pollDelay, type RequestBudget } from '../../domain/poll-delay.ts';
import { RATE_LIMITED } from '../contracts/control-activities.ts';
import { GITHUB_UNAVAILABLE } from '../contracts/registration.ts';
import type { Look, RunnerReference } from '../contracts/registration-activities.ts';
import { causeOf, github } from './steps.ts';

/** GitHub could not be asked. */
interface Silence {
  failure: ApplicationFailure;
  /** Milliseconds since the epoch. */
  since: number;
  /** GitHub said that it wants to be left alone until then; 0: it did not. */
  until: number;
}

/** Asks GitHub for one runner, within what GitHub allows. */
export class GithubWatch {
  silence: Silence | null = null;
  #budget: RequestBudget | null = null;

  /** null: GitHub could not be asked, see {@link silence}. */
  async look(input: RunnerReference & { id: string }): Promise<Look | null> {
    try {
      const look = await github.lookAtRunner(input);
      this.silence = null;
      this.#budget = look.budget;
      return look;
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  /** Removes it at GitHub; `unknown`: GitHub could not be asked. */
  async remove(input: RunnerReference): Promise<'removed' | 'busy' | 'unknown'> {
    try {
      const result = await github.removeRunnerAtGithub(input);
      return result === 'busy' ? 'busy' : 'removed';
    } catch (error) {
      this.#failed(error);
      return 'unknown';
    }
  }

  /** Answers whether its custom labels are now these. */
  async replaceLabels(input: RunnerReference & { labels: readonly string[] }): Promise<boolean> {
    try {
      await github.replaceLabels(input);
      return true;
    } catch (error) {
      log.warn('The labels of a runner could not be changed', { error: String(error) });
      return false;
    }
  }

  /**
   * Milliseconds until GitHub is asked again.
   *
   * @param moments - times at which it must be asked
   * @param lookedAt - when it was last asked
   */
  delay(interval: number, moments: readonly (number | null)[], lookedAt: number): number {
    const now = Date.now();
    let delay = pollDelay(interval, this.#budget, Math.random(), now);
    if (this.silence) return Math.ceil(Math.max(delay, this.silence.until - now));
    for (const moment of moments) {
      if (moment !== null && moment > lookedAt) delay = Math.min(delay, moment - now);
    }
    return Math.max(1, Math.ceil(delay));
  }

  #failed(error: unknown): void {
    const cause = causeOf(error);
    const known = cause instanceof ApplicationFailure ? cause : null;
    const named =
      known?.type === RATE_LIMITED ? Date.parse(String(known.details?.[0])) : Number.NaN;
    this.silence = {
      failure: ApplicationFailure.nonRetryable(
        known?.message ?? 'GitHub did not answer in time',
        known?.type ?? GITHUB_UNAVAILABLE,
      ),
      since: this.silence?.since ?? Date.now(),
      until: Number.isFinite(named) ? named : 0,
    };
    log.warn('GitHub could not be asked for a runner', { error: String(error) });
  }
}
