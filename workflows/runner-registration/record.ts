import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { RegistrationEnd } from '../../domain/registration-event.ts';
import type { RegistrationStatus } from '../../domain/registration-status.ts';
import type { RegistrationInput } from '../contracts/registration.ts';
import type { RegistrationChange } from '../contracts/registration-activities.ts';
import { outcomeKey } from '../contracts/search-attributes.ts';
import { records } from './steps.ts';

/** The registration's record in the database, and what the Web UI shows of it. */
export class RegistrationRecord {
  /** Somebody else has closed it: nobody waits for the runner any more. */
  isGivenUp = false;
  closed: { status: RegistrationStatus; detail: string } | null = null;
  readonly #input: Pick<RegistrationInput, 'id' | 'correlationId'>;
  #told = '';

  constructor({ id, correlationId }: RegistrationInput) {
    this.#input = { id, correlationId };
  }

  /** Writes how it stands, unless that was written last. */
  async tell(change: Omit<RegistrationChange, 'id' | 'correlationId' | 'end'>): Promise<void> {
    const news = JSON.stringify(change);
    if (news === this.#told) return;
    this.#told = news;
    setCurrentDetails(`**${change.status}**: ${change.detail}`);
    if (!(await records.recordRegistration({ ...this.#input, ...change }))) this.isGivenUp = true;
  }

  /** @param outcome - one word, for the search attribute */
  async close(
    change: Pick<RegistrationChange, 'detail' | 'githubRunnerId'> & {
      status: 'expired' | 'deleted';
      end: RegistrationEnd;
    },
    outcome: string,
  ): Promise<void> {
    const { status, detail } = change;
    setCurrentDetails(`**${status}**: ${detail}`);
    await records.recordRegistration({ ...this.#input, ...change });
    upsertSearchAttributes([{ key: outcomeKey, value: outcome }]);
    this.closed = { status, detail };
  }

  flag(githubRunnerId: number, reason: string, labels: readonly string[]): Promise<void> {
    return records.flagRegistration({ ...this.#input, githubRunnerId, reason, labels });
  }
}
