import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeenRunner } from './registration-check.ts';
import { RegistrationLife } from './registration-life.ts';

const seen = (more: Partial<SeenRunner> = {}): SeenRunner => ({
  ...{ id: 1, online: true, busy: false, labels: [], ephemeral: true, runnerGroupId: null },
  ...more,
});
const busy = { state: 'busy', githubJobId: 5 } as const;
const done = { state: 'idle', githubJobId: 5 } as const;

function checkedLife(ephemeral = false): RegistrationLife {
  const life = new RegistrationLife(ephemeral);
  life.saw(seen(), 0);
  life.checked();
  return life;
}

describe('RegistrationLife', () => {
  it('is online first, and at work or idle once it is compared with what was granted', () => {
    const life = new RegistrationLife(true);
    life.saw(seen({ busy: true }), 0);
    expect(life.facts.status).toBe('online');
    life.checked();
    expect(life.facts.status).toBe('busy');
    life.saw(seen(), 1);
    expect(life.facts.status).toBe('idle');
  });

  it('is compared anew when it registers anew', () => {
    const life = checkedLife();
    life.saw(seen({ id: 2 }), 1);
    expect(life.isUnchecked).toBe(true);
    expect(life.facts.status).toBe('online');
  });

  it('waits for a runner that has registered and never came online', () => {
    const life = new RegistrationLife(false);
    life.saw(seen({ online: false }), 0);
    life.checked();
    expect(life.facts).toMatchObject({ status: 'pending', onlineAt: null, offlineSince: null });
  });

  it('knows since when it is offline', () => {
    const life = checkedLife();
    life.saw(seen({ online: false }), 10);
    life.saw(seen({ online: false }), 20);
    expect(life.facts).toMatchObject({ status: 'offline', offlineSince: 10, onlineAt: 0 });
    life.saw(seen(), 30);
    expect(life.facts).toMatchObject({ status: 'idle', offlineSince: null, onlineAt: 0 });
  });

  it('believes a webhook for a while, and GitHub after that', () => {
    const life = checkedLife();
    expect(life.heard(busy, 0)).toBe(false);
    life.saw(seen(), 60_000);
    expect(life.facts.status).toBe('busy');
    life.saw(seen(), 120_000);
    expect(life.facts.status).toBe('idle');
  });

  it('has GitHub asked after the job of an ephemeral runner, and of one that nobody compared', () => {
    expect(checkedLife(true).heard(done, 0)).toBe(true);
    expect(checkedLife(false).heard(done, 0)).toBe(false);
    expect(new RegistrationLife(false).heard(busy, 0)).toBe(true);
  });

  it('is gone after two looks in vain, or one where that was to come', () => {
    const life = checkedLife();
    expect([life.missed(), life.missed()]).toEqual(['look_again', 'gone']);
    const served = checkedLife(true);
    served.heard(done, 0);
    expect(served.missed()).toBe('gone');
    expect(new RegistrationLife(true).missed()).toBe('awaited');
  });

  it('comes to the same end in whatever order a job’s two webhooks arrive', () => {
    for (const words of [
      [busy, done],
      [done, busy],
    ]) {
      const life = checkedLife();
      for (const word of words) life.heard(word, 0);
      expect(life.facts).toMatchObject({ status: 'idle', job: null });
    }
  });

  it('says after any look what that look showed', () => {
    const step = fc.oneof(
      fc.record({ saw: fc.record({ id: fc.integer({ min: 1, max: 3 }), online: fc.boolean() }) }),
      fc.record({ heard: fc.constantFrom(busy, done) }),
      fc.constant({ missed: true } as const),
      fc.constant({ checked: true } as const),
    );
    fc.assert(
      fc.property(fc.array(step), fc.boolean(), (steps, online) => {
        const life = new RegistrationLife(false);
        let now = 0;
        for (const one of steps) {
          now += 1;
          if ('saw' in one) life.saw(seen(one.saw), now);
          else if ('heard' in one) life.heard(one.heard, now);
          else if ('missed' in one) life.missed();
          else life.checked();
        }
        const wasOnline = life.facts.onlineAt !== null;
        life.saw(seen({ id: 4, online }), now + 200_000);
        expect(life.facts.status).toBe(online ? 'online' : wasOnline ? 'offline' : 'pending');
        expect(life.facts.offlineSince === null).toBe(online || !wasOnline);
        life.checked();
        if (online) expect(life.facts.status).toBe('idle');
      }),
    );
  });
});
