import type { RegistrationFacts } from '../../domain/registration-life.ts';

/** A runner that is being removed; GitHub lets go of none that is at work. */
export interface Leaving {
  kind: LeavingKind;
  detail: string;
  /** Its labels were taken from it, so that it's given no further job. */
  isDisarmed: boolean;
}

type LeavingKind = 'expired' | 'stale' | 'asked' | 'cancelled' | 'exceeded' | 'refused';

/** One plain sentence: what it waits for. @param deadline - milliseconds since the epoch */
export function detailOf(facts: RegistrationFacts, deadline: number): string {
  switch (facts.status) {
    case 'pending':
      return facts.githubRunnerId === null
        ? `Waits until ${minute(deadline)} for the runner to register`
        : `Waits until ${minute(deadline)} for the runner to come online`;
    case 'online':
      return 'Came online; it is compared with what was granted';
    case 'idle':
      return 'Online, waits for a job';
    case 'busy':
      return facts.job ? `Runs job ${facts.job.id}` : 'Runs a job';
    case 'offline':
      return 'Offline';
  }
}

const LEAVING_DETAILS: Record<Exclude<LeavingKind, 'exceeded'>, string> = {
  expired: 'The runner did not come online in time; its registration was removed',
  stale: 'The runner was offline for too long; it was removed',
  asked: 'Somebody removed it',
  cancelled: 'An operator cancelled its workflow; it was removed',
  refused: 'GitHub refused for too long to tell of it: look at the GitHub App’s installation',
};

export function leavingAs(kind: Exclude<LeavingKind, 'exceeded'>): Leaving {
  return { kind, detail: LEAVING_DETAILS[kind], isDisarmed: false };
}

/** Why a runner is gone from GitHub that Runyard didn't remove. */
export function detailOfGone(facts: RegistrationFacts, ephemeral: boolean): string {
  if (ephemeral && facts.finishedJobId !== null) {
    return `It served job ${facts.finishedJobId}, and GitHub removed it, as it is ephemeral`;
  }
  if (facts.onlineAt === null) return 'GitHub removed it before it was seen online';
  return ephemeral
    ? 'GitHub removed it, as it does with an ephemeral runner after its job'
    : 'It was removed at GitHub';
}

function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
