import { isSystemLabel } from './label-policy.ts';

/** A runner as GitHub shows it. */
export interface SeenRunner {
  /** GitHub's id; one that registers anew under the same name has another. */
  id: number;
  online: boolean;
  /** GitHub's word, which lags by up to a minute at pick-up. */
  busy: boolean;
  labels: readonly string[];
  /** null where GitHub doesn't say. */
  ephemeral: boolean | null;
  /** null where GitHub doesn't say. */
  runnerGroupId: number | null;
}

/** What was granted, as far as a runner can go beyond it. */
export interface Granted {
  labels: readonly string[];
  ephemeral: boolean;
  /** null: not known, and then not compared. */
  runnerGroupId: number | null;
}

/** In what a runner goes beyond what was granted. */
export interface Excess {
  /** As GitHub spells them. */
  labels: string[];
  persistent: boolean;
  runnerGroup: boolean;
}

/**
 * Compares a runner with what was granted; null when it keeps to it. With a registration token the
 * client says itself which labels and which group it wants, and whether it serves more than one job.
 * Labels that every runner gives itself by its machine don't count, nor does case, as at GitHub.
 */
export function excessOf(seen: SeenRunner, granted: Granted): Excess | null {
  const allowed = new Set(granted.labels.map((label) => label.toLowerCase()));
  const excess: Excess = {
    labels: seen.labels.filter(
      (label) => !allowed.has(label.toLowerCase()) && !isSystemLabel(label),
    ),
    persistent: granted.ephemeral && seen.ephemeral === false,
    runnerGroup:
      granted.runnerGroupId !== null &&
      seen.runnerGroupId !== null &&
      seen.runnerGroupId !== granted.runnerGroupId,
  };
  return excess.labels.length > 0 || excess.persistent || excess.runnerGroup ? excess : null;
}

/** One sentence that says what was not granted. */
export function describeExcess({ labels, persistent, runnerGroup }: Excess): string {
  const parts = [
    ...(labels.length > 0 ? [`labels that were not granted: ${labels.join(', ')}`] : []),
    ...(persistent ? ['no --ephemeral, which it was granted for one job only'] : []),
    ...(runnerGroup ? ['a runner group that was not granted'] : []),
  ];
  return `It was registered with ${parts.join('; with ')}`;
}

/**
 * Whether a runner at GitHub is what a lost answer left behind: as it was asked for, and never online.
 * A runner that somebody else registered under the name in the same moment must not be taken for it.
 */
export function isLeftOver(seen: SeenRunner, granted: Granted): boolean {
  const asked = new Set(granted.labels.map((label) => label.toLowerCase()));
  const has = new Set(seen.labels.map((label) => label.toLowerCase()));
  return (
    !seen.online &&
    !seen.busy &&
    seen.ephemeral !== false &&
    [...asked].every((label) => has.has(label)) &&
    [...has].every((label) => asked.has(label) || isSystemLabel(label))
  );
}
