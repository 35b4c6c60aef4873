import { matchesPattern } from './pattern.ts';

/** Which labels somebody may have on runners, and how many runners. */
export interface LabelPolicy {
  /** Labels, or patterns such as `gpu-*`; case counts for nothing, as with GitHub. */
  allowed: readonly string[];
  /** Labels or patterns; wins over `allowed`. */
  denied: readonly string[];
  /** Labels or patterns; each must be met by one label. */
  required: readonly string[];
  /** At once; null: no limit. */
  maxRunners: number | null;
  /** Within any 60 minutes; null: no limit. */
  maxRunnersPerHour: number | null;
  /** Whether runners that serve more than one job may be had. */
  allowPersistent: boolean;
  /** Names of runner groups; empty: the default one only. */
  runnerGroups: readonly string[];
}

/** What a policy decides of a runner itself; how many there may be is the quota's business. */
export type RunnerRules = Pick<
  LabelPolicy,
  'allowed' | 'denied' | 'required' | 'allowPersistent' | 'runnerGroups'
>;

/** One way in which a runner goes against its policy. */
export interface Violation {
  kind: 'label_denied' | 'label_not_allowed' | 'label_missing' | 'persistent' | 'runner_group';
  /** The label, the required label or pattern, or the runner group. */
  offender: string;
  /** Says what is wrong and why, for whoever asked. */
  message: string;
}

/** GitHub's name of the runner group that every runner is in unless another is named. */
export const DEFAULT_RUNNER_GROUP = 'Default';

const SYSTEM_LABELS: ReadonlySet<string> = new Set([
  'self-hosted',
  'linux',
  'windows',
  'macos',
  'x64',
  'arm',
  'arm64',
]);

/** Labels that GitHub's runner gives itself by its machine; no policy is asked about them. */
export function isSystemLabel(label: string): boolean {
  return SYSTEM_LABELS.has(label.toLowerCase());
}

/**
 * The labels as they are granted: `self-hosted` first, as every runner has it, and no label twice,
 * however it is spelled. The first spelling stays.
 */
export function grantedLabels(labels: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const label of ['self-hosted', ...labels]) {
    const name = label.toLowerCase();
    if (!byName.has(name)) byName.set(name, label);
  }
  return [...byName.values()];
}

/**
 * The policy of whoever none was written for: `deny` gives system labels and a few runners, until an
 * administrator says more; `allow` is for trying things out.
 */
export function builtInPolicy(stance: 'allow' | 'deny'): LabelPolicy {
  const isOpen = stance === 'allow';
  return {
    allowed: isOpen ? ['*'] : [],
    denied: [],
    required: [],
    maxRunners: isOpen ? null : 10,
    maxRunnersPerHour: isOpen ? null : 60,
    allowPersistent: isOpen,
    runnerGroups: [],
  };
}

/**
 * The rules that hold for a runner, of the policies that concern it.
 *
 * - What grants (`allowed`, `allowPersistent`, `runnerGroups`) adds up over the person's own policy
 *   and the team's; only where there is neither, the default policy grants.
 * - What forbids or demands (`denied`, `required`) adds up over all, the default policy included, so
 *   that the default's hold for everybody.
 *
 * @param policies.own - of whoever asks, null where there's none
 * @param policies.team - of the team that the runner is for, null where there's none
 */
export function combinePolicies(policies: {
  own: LabelPolicy | null;
  team: LabelPolicy | null;
  default: LabelPolicy;
}): RunnerRules {
  const written = [policies.own, policies.team].filter((one) => one !== null);
  const granting = written.length > 0 ? written : [policies.default];
  const binding = [...written, policies.default];
  return {
    allowed: distinct(granting.flatMap(({ allowed }) => allowed)),
    denied: distinct(binding.flatMap(({ denied }) => denied)),
    required: distinct(binding.flatMap(({ required }) => required)),
    allowPersistent: granting.some(({ allowPersistent }) => allowPersistent),
    runnerGroups: distinct(granting.flatMap(groupsOf)),
  };
}

/** Every way in which the labels of a runner, or of a job, go against the rules, label by label. */
export function labelViolations(
  rules: Pick<RunnerRules, 'allowed' | 'denied'>,
  labels: readonly string[],
): Violation[] {
  const custom = labels.filter((label) => !isSystemLabel(label));
  return distinct(custom).flatMap((label) => violationOf(rules, label) ?? []);
}

/** Every way in which a runner goes against the rules: its labels in their order, then the rest. */
export function violations(
  rules: RunnerRules,
  runner: { labels: readonly string[]; ephemeral: boolean; runnerGroup: string },
): Violation[] {
  const found = labelViolations(rules, runner.labels);
  for (const pattern of rules.required) {
    if (runner.labels.some((label) => matchesPattern(pattern, label))) continue;
    found.push({
      kind: 'label_missing',
      offender: pattern,
      message: `"${pattern}" is required: add a label that meets it`,
    });
  }
  if (!runner.ephemeral && !rules.allowPersistent) {
    found.push({
      kind: 'persistent',
      offender: 'ephemeral',
      message: 'only runners that serve one job are allowed: leave ephemeral at true',
    });
  }
  const groups = groupsOf(rules);
  if (!groups.some((group) => isSame(group, runner.runnerGroup))) {
    found.push({
      kind: 'runner_group',
      offender: runner.runnerGroup,
      message: `the runner group "${runner.runnerGroup}" is not allowed: take ${groups.map((group) => `"${group}"`).join(' or ')}`,
    });
  }
  return found;
}

/** The runner groups that may be had; the first is taken where a request names none. */
export function groupsOf({ runnerGroups }: Pick<LabelPolicy, 'runnerGroups'>): readonly string[] {
  return runnerGroups.length === 0 ? [DEFAULT_RUNNER_GROUP] : runnerGroups;
}

function violationOf(
  { allowed, denied }: Pick<RunnerRules, 'allowed' | 'denied'>,
  label: string,
): Violation | null {
  const denying = denied.find((pattern) => matchesPattern(pattern, label));
  if (denying !== undefined) {
    const by = isSame(denying, label) ? '' : ` by "${denying}"`;
    return { kind: 'label_denied', offender: label, message: `"${label}" is denied${by}` };
  }
  if (allowed.some((pattern) => matchesPattern(pattern, label))) return null;
  const instead = allowed.length === 0 ? 'none but the system labels' : allowed.join(', ');
  return {
    kind: 'label_not_allowed',
    offender: label,
    message: `"${label}" is not allowed; allowed: ${instead}`,
  };
}

function distinct(texts: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const text of texts)
    if (!byName.has(text.toLowerCase())) byName.set(text.toLowerCase(), text);
  return [...byName.values()];
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
