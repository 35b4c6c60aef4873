import type { RegistrationFacts } from '../../domain/registration-life.ts';
import type { Leaving } from './details.ts';

/** What goes on into the next run. */
export interface CarriedRegistration {
  facts: RegistrationFacts;
  /** Milliseconds since the epoch. */
  deadline: number;
  installationId: number;
  runnerGroupId: number | null;
  flagReason: string | null;
  leaving: Leaving | null;
}
