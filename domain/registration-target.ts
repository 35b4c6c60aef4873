import { matchesPattern } from './pattern.ts';

/** Where runners are registered at GitHub: an organization, or one repository. */
export interface Target {
  owner: string;
  /** null: the organization */
  repository: string | null;
}

/** What decides where somebody may register runners. */
export interface TargetGrant {
  /** Administrators and operators of everything: wherever the GitHub App is installed. */
  isUnrestricted: boolean;
  /** The team that the runner is for. */
  team: { target: string | null; repositories: readonly string[] } | null;
  /** Organizations, repositories and patterns that are open to everybody. */
  shared: readonly string[];
}

const OWNER = /^[a-z0-9][a-z0-9_-]{0,38}$/i;
const REPOSITORY = /^(?!\.{1,2}$)[\w.-]{1,100}$/;

/** Reads `organization` or `owner/name`; null for what can be neither. */
export function parseTarget(text: string): Target | null {
  const [owner = '', repository = null, ...rest] = text.split('/');
  if (rest.length > 0 || !OWNER.test(owner)) return null;
  if (repository !== null && !REPOSITORY.test(repository)) return null;
  return { owner, repository };
}

/**
 * Whether runners may be registered there. A team has its own target, and each repository that its
 * patterns name: not the organization around them, whose runners would get other teams' jobs.
 */
export function mayTarget({ isUnrestricted, team, shared }: TargetGrant, target: string): boolean {
  const isRepository = target.includes('/');
  return (
    isUnrestricted ||
    team?.target?.toLowerCase() === target.toLowerCase() ||
    (isRepository && (team?.repositories ?? []).some((one) => matchesPattern(one, target))) ||
    shared.some((one) => one.includes('/') === isRepository && matchesPattern(one, target))
  );
}

/** Targets that can be named without asking GitHub; the first is taken where a request names none. */
export function knownTargets({ team, shared }: Omit<TargetGrant, 'isUnrestricted'>): string[] {
  const all = [...(team?.target ? [team.target] : []), ...(team?.repositories ?? []), ...shared];
  return [...new Set(all)].filter((one) => parseTarget(one) !== null);
}
