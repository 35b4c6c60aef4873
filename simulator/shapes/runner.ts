import type { Runner } from '../entities.ts';
import type { World } from '../world.ts';

const READ_ONLY_LABELS = new Set([
  'self-hosted',
  'linux',
  'macos',
  'windows',
  'x64',
  'arm',
  'arm64',
]);

/** The runner group that every organization has, and every repository's runners are in. */
export const DEFAULT_GROUP = { id: 1, name: 'Default' } as const;

/**
 * What the API says of a runner's being busy. GitHub's word is late by up to a minute at pick-up;
 * `stale_busy_seconds` makes it so here.
 */
export function saysBusy(world: World, runner: Runner): boolean {
  if (runner.jobId === null) return false;
  const stale = world.settings.stale_busy_seconds * 1000;
  if (stale === 0) return true;
  const startedAt = world.store.jobs.get(runner.jobId)?.startedAt ?? null;
  return startedAt !== null && Date.now() - startedAt >= stale;
}

/** A runner as the API shows it. */
export function runnerShape(world: World, runner: Runner) {
  return {
    id: runner.id,
    runner_group_id: runner.groupId ?? DEFAULT_GROUP.id,
    name: runner.name,
    os: runner.seenAt === null ? 'unknown' : 'Linux',
    status: runner.online ? 'online' : 'offline',
    busy: saysBusy(world, runner),
    ephemeral: runner.ephemeral,
    labels: labelShapes(runner),
  };
}

/** A runner's labels as the API shows them. */
export function labelShapes({ labels }: Runner) {
  return labels.map((name, index) => ({
    id: index + 1,
    name,
    type: isReadOnly(name) ? ('read-only' as const) : ('custom' as const),
  }));
}

/** Labels that the runner gives itself by its machine; nobody takes them away. */
export function isReadOnly(label: string): boolean {
  return READ_ONLY_LABELS.has(label.toLowerCase());
}
