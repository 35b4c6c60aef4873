import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  builtInPolicy,
  combinePolicies,
  grantedLabels,
  isSystemLabel,
  type LabelPolicy,
  labelViolations,
  type RunnerRules,
  violations,
} from './label-policy.ts';

const label = fc.oneof(
  fc.constantFrom('linux', 'Self-Hosted', 'gpu-a', 'GPU-A', 'gpu-', 'team-x', 'x', 'arm64'),
  fc.stringMatching(/^[aAbB-]{1,5}$/),
);
const labels = fc.array(label, { maxLength: 6 });
const pattern = fc.oneof(
  label,
  fc.constantFrom('*', 'gpu-*', '*-a', 'a*b'),
  fc.stringMatching(/^[ab*-]{1,4}$/),
);
const patterns = fc.array(pattern, { maxLength: 4 });
const group = fc.constantFrom('Default', 'big', 'Big', 'small');
const policy: fc.Arbitrary<LabelPolicy> = fc.record({
  allowed: patterns,
  denied: patterns,
  required: patterns,
  maxRunners: fc.constant(null),
  maxRunnersPerHour: fc.constant(null),
  allowPersistent: fc.boolean(),
  runnerGroups: fc.array(group, { maxLength: 2 }),
});
const runner = fc.record({ labels, ephemeral: fc.boolean(), runnerGroup: group });
const policies = fc.record({ own: fc.option(policy), team: fc.option(policy), default: policy });

/** What a pattern means, said another way: some way to fill in its stars gives the label. */
function fits(one: string, text: string): boolean {
  if (one === '') return text === '';
  if (one[0] === '*') return fits(one.slice(1), text) || (text !== '' && fits(one, text.slice(1)));
  return text !== '' && one[0] === text[0] && fits(one.slice(1), text.slice(1));
}
const isAmong = (list: readonly string[], text: string) =>
  list.some((one) => fits(one.toLowerCase(), text.toLowerCase()));
const isAccepted = (rules: RunnerRules, one: Parameters<typeof violations>[1]) =>
  violations(rules, one).length === 0;

describe('labels', () => {
  it('are judged one by one as the patterns say: denied over allowed, system labels never', () => {
    fc.assert(
      fc.property(policy, labels, (rules, wanted) => {
        const offenders = new Set(
          labelViolations(rules, wanted).map(({ offender }) => offender.toLowerCase()),
        );
        for (const one of wanted) {
          const isRefused =
            !isSystemLabel(one) && (isAmong(rules.denied, one) || !isAmong(rules.allowed, one));
          expect([one, offenders.has(one.toLowerCase())]).toEqual([one, isRefused]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('are judged alike in whatever case', () => {
    fc.assert(
      fc.property(policy, runner, (rules, one) => {
        const shouted = { ...one, labels: one.labels.map((text) => text.toUpperCase()) };
        const kinds = (found: ReturnType<typeof violations>) => found.map(({ kind }) => kind);
        expect(kinds(violations(rules, shouted))).toEqual(kinds(violations(rules, one)));
      }),
    );
  });

  it('that are required are met by some label, or named', () => {
    fc.assert(
      fc.property(policy, runner, (rules, one) => {
        const missing = violations(rules, one).filter(({ kind }) => kind === 'label_missing');
        const unmet = rules.required.filter(
          (needed) => !one.labels.some((text) => fits(needed.toLowerCase(), text.toLowerCase())),
        );
        expect(missing.map(({ offender }) => offender)).toEqual(unmet);
      }),
    );
  });

  it('are granted once each, self-hosted first, and granting again changes nothing', () => {
    fc.assert(
      fc.property(policy, labels, (rules, wanted) => {
        const granted = grantedLabels(wanted);
        expect(granted[0]?.toLowerCase()).toBe('self-hosted');
        expect(grantedLabels(granted)).toEqual(granted);
        const names = granted.map((one) => one.toLowerCase());
        expect(new Set(names)).toEqual(
          new Set(['self-hosted', ...wanted.map((one) => one.toLowerCase())]),
        );
        expect(names).toHaveLength(new Set(names).size);
        // nothing that is granted was not judged
        expect(labelViolations(rules, granted)).toEqual(labelViolations(rules, wanted));
      }),
    );
  });

  it('name what is wrong with each', () => {
    const rules = { allowed: ['gpu-*', 'small'], denied: ['gpu-a100*', 'secret'] };
    expect(
      labelViolations(rules, ['linux', 'small', 'GPU-A100-80', 'Secret', 'mine', 'gpu-t4']),
    ).toEqual([
      {
        kind: 'label_denied',
        offender: 'GPU-A100-80',
        message: '"GPU-A100-80" is denied by "gpu-a100*"',
      },
      { kind: 'label_denied', offender: 'Secret', message: '"Secret" is denied' },
      {
        kind: 'label_not_allowed',
        offender: 'mine',
        message: '"mine" is not allowed; allowed: gpu-*, small',
      },
    ]);
  });

  it('are matched in time that grows with their length, whatever the pattern', () => {
    const rules = { allowed: [`${'a*'.repeat(127)}b`], denied: [] };
    expect(labelViolations(rules, ['a'.repeat(256)])).toHaveLength(1);
  });
});

describe('a policy', () => {
  it('accepts no less when it allows more', () => {
    fc.assert(
      fc.property(policy, pattern, runner, (rules, more, one) => {
        if (!isAccepted(rules, one)) return;
        expect(isAccepted({ ...rules, allowed: [...rules.allowed, more] }, one)).toBe(true);
        expect(isAccepted({ ...rules, allowPersistent: true }, one)).toBe(true);
      }),
    );
  });

  it('accepts no more when it denies or requires more', () => {
    fc.assert(
      fc.property(policy, pattern, runner, (rules, more, one) => {
        if (isAccepted(rules, one)) return;
        expect(isAccepted({ ...rules, denied: [...rules.denied, more] }, one)).toBe(false);
        expect(isAccepted({ ...rules, required: [...rules.required, more] }, one)).toBe(false);
      }),
    );
  });

  it('lets nobody have a persistent runner or a runner group that it does not name', () => {
    fc.assert(
      fc.property(policy, runner, (rules, one) => {
        const kinds = violations(rules, one).map(({ kind }) => kind);
        expect(kinds.includes('persistent')).toBe(!one.ephemeral && !rules.allowPersistent);
        const groups = rules.runnerGroups.length === 0 ? ['default'] : rules.runnerGroups;
        const isKnown = groups.some((name) => name.toLowerCase() === one.runnerGroup.toLowerCase());
        expect(kinds.includes('runner_group')).toBe(!isKnown);
      }),
    );
  });
});

describe('policies together', () => {
  it('grant what the own or the team’s grants, the default’s only where there is neither', () => {
    fc.assert(
      fc.property(policies, label, (all, one) => {
        const written = [all.own, all.team].filter((each) => each !== null);
        const granting = written.length > 0 ? written : [all.default];
        const combined = combinePolicies(all);
        expect(isAmong(combined.allowed, one)).toBe(
          granting.some(({ allowed }) => isAmong(allowed, one)),
        );
        expect(combined.allowPersistent).toBe(granting.some((each) => each.allowPersistent));
      }),
    );
  });

  it('deny what any of them denies, and require what any requires', () => {
    fc.assert(
      fc.property(policies, runner, (all, one) => {
        const combined = combinePolicies(all);
        for (const each of [all.own, all.team, all.default]) {
          if (!each) continue;
          for (const text of one.labels) {
            if (isAmong(each.denied, text)) expect(isAmong(combined.denied, text)).toBe(true);
          }
          if (!isAccepted({ ...combined, required: each.required }, one)) {
            expect(isAccepted(combined, one)).toBe(false);
          }
        }
      }),
    );
  });

  it('are what each is alone, and the same when one comes twice', () => {
    fc.assert(
      fc.property(policy, runner, (each, one) => {
        const open = builtInPolicy('deny');
        const alone = combinePolicies({ own: each, team: null, default: open });
        const twice = combinePolicies({ own: each, team: each, default: each });
        expect(isAccepted(alone, one)).toBe(isAccepted(each, one));
        expect(isAccepted(twice, one)).toBe(isAccepted(each, one));
      }),
    );
  });
});

describe('without a policy', () => {
  const plain = { ephemeral: true, runnerGroup: 'Default' };

  it('deny gives system labels and nothing else', () => {
    const rules = builtInPolicy('deny');
    expect(violations(rules, { ...plain, labels: ['self-hosted', 'Linux', 'ARM64'] })).toEqual([]);
    expect(violations(rules, { ...plain, labels: ['mine'] })[0]?.message).toBe(
      '"mine" is not allowed; allowed: none but the system labels',
    );
    expect(violations(rules, { ...plain, labels: [], ephemeral: false })).toHaveLength(1);
  });

  it('allow gives any', () => {
    fc.assert(
      fc.property(labels, fc.boolean(), (wanted, ephemeral) => {
        expect(violations(builtInPolicy('allow'), { ...plain, labels: wanted, ephemeral })).toEqual(
          [],
        );
      }),
    );
  });
});
