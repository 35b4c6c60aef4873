import { isSystemLabel } from '../../domain/label-policy.ts';
import type { RunnerReference } from '../contracts/registration-activities.ts';
import type { Leaving } from './details.ts';
import type { GithubWatch } from './github-watch.ts';

/** The removal of a runner at GitHub, which lets go of none that is at work. */
export class Departure {
  leaving: Leaving | null;
  readonly #github: GithubWatch;
  readonly #granted: readonly string[];

  constructor(github: GithubWatch, labels: readonly string[], leaving: Leaving | null) {
    this.#github = github;
    this.#granted = labels.filter((label) => !isSystemLabel(label));
    this.leaving = leaving;
  }

  /** What isn't done now is to be tried again; `unknown`: GitHub could not be asked. */
  async attempt(runner: RunnerReference): Promise<'removed' | 'busy' | 'unknown'> {
    const result = await this.#github.remove(runner);
    if (result === 'busy' && this.leaving?.kind !== 'expired') await this.#disarm(runner);
    return result;
  }

  /** A runner that GitHub doesn't let go of shall at least get no further job. */
  async #disarm(runner: RunnerReference): Promise<void> {
    const { leaving } = this;
    if (!leaving || leaving.isDisarmed) return;
    const labels = leaving.kind === 'exceeded' ? this.#granted : [];
    leaving.isDisarmed = await this.#github.replaceLabels({ ...runner, labels });
  }
}
