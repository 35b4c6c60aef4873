import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditEvent, type AuditActor, type ToldEvent } from './event.ts';
import type { AuditEventType } from './event-types.ts';
import { parseOffHours } from './off-hours.ts';
import {
  findSuspicion,
  longestWindow,
  type SuspicionRules,
  type WatchedEvent,
} from './suspicion.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-18T10:00:00Z');
const rules: SuspicionRules = {
  signInBurst: { count: 3, window: 5 * MINUTE },
  manyAddresses: { count: 3, window: 60 * MINUTE },
  labelProbing: { count: 2, window: 10 * MINUTE },
  invalidSignatures: { count: 10, window: 5 * MINUTE },
  exportAfterChange: { count: 1, window: 60 * MINUTE },
  offHours: parseOffHours('22:00-06:00,sun', 'Europe/Berlin'),
  offHoursAdministration: { count: 1, window: 480 * MINUTE },
};

const actor = (name: string, address: string | null = '192.0.2.1'): AuditActor => ({
  kind: 'session',
  id: `user:${name}`,
  name,
  address,
});
const nobody = (address: string): AuditActor => ({
  kind: 'anonymous',
  id: 'anonymous',
  name: 'Anonymous',
  address,
});

/** Events at minutes after the start, in order. */
function chain(...told: [minute: number, event: Omit<ToldEvent, 'action'>][]): WatchedEvent[] {
  return told.map(([minute, event], index) => ({
    ...auditEvent(
      { action: 'do', ...event },
      `id-${index + 1}`,
      new Date(START + minute * MINUTE).toISOString(),
    ),
    sequence: index + 1,
  }));
}
const failed = (address: string, username: string): Omit<ToldEvent, 'action'> => ({
  type: 'session.failed',
  actor: nobody(address),
  outcome: 'failure',
  resource: { type: 'user', id: username },
});
const found = (events: WatchedEvent[], after = 0) =>
  findSuspicion(events, after, rules).map(({ type, subject }) => [type, subject]);

describe('a burst of failed sign-ins', () => {
  it('is found by address, and by account', () => {
    const address = chain([0, failed('a', 'x')], [1, failed('a', 'y')], [2, failed('a', 'z')]);
    expect(found(address)).toEqual([['security.sign_in_burst', 'address a']]);
    const account = chain([0, failed('a', 'x')], [1, failed('b', 'x')], [2, failed('c', 'x')]);
    expect(found(account)).toEqual([['security.sign_in_burst', 'account x']]);
    const [finding] = findSuspicion(account, 0, rules);
    expect(finding).toMatchObject({
      actor: { address: 'c' },
      details: {
        subject: 'account x',
        count: 3,
        first_event: 'id-1',
        last_event: 'id-3',
        addresses: ['a', 'b', 'c'],
      },
    });
  });

  it('is none when they are far apart', () => {
    const events = chain([0, failed('a', 'x')], [3, failed('a', 'x')], [6, failed('a', 'x')]);
    expect(found(events)).toEqual([]);
  });

  it('is found once, however long it goes on within its span', () => {
    const many = chain(
      ...Array.from(
        { length: 40 },
        (_, index) =>
          [index / 10, failed('a', String(index))] as [number, Omit<ToldEvent, 'action'>],
      ),
    );
    expect(found(many)).toHaveLength(1);
  });
});

it('finds an account that is used from many addresses', () => {
  const from = (address: string) => ({
    type: 'session.started' as const,
    actor: actor('anna', address),
  });
  const few = chain([0, from('a')], [1, from('b')], [2, from('a')], [3, from('b')]);
  expect(found(few)).toEqual([]);
  const many = chain([0, from('a')], [1, from('b')], [50, from('c')]);
  expect(found(many)).toEqual([['security.many_addresses', 'user:anna']]);
});

it('counts sign-ins of somebody who is locked out, however they were told of', () => {
  const locked = { ...failed('a', 'x'), resource: null, details: { count: 2 } };
  expect(found(chain([0, failed('a', 'y')], [1, locked]))).toEqual([
    ['security.sign_in_burst', 'address a'],
  ]);
});

it('counts refusals that were told of in one event', () => {
  const refused = (count?: number) => ({
    type: 'security.invalid_signature' as const,
    actor: nobody('a'),
    ...(count === undefined ? {} : { details: { count } }),
  });
  expect(found(chain([0, refused()], [1, refused(8)]))).toEqual([]);
  expect(found(chain([0, refused()], [1, refused(9)]))).toEqual([
    ['security.invalid_signature_burst', 'webhooks'],
  ]);
});

it('finds who tries labels that are forbidden', () => {
  const refused = { type: 'label_policy.refused' as const, actor: actor('anna') };
  expect(found(chain([0, refused], [9, refused]))).toEqual([
    ['security.label_policy_probing', 'user:anna'],
  ]);
  expect(found(chain([0, refused], [10, refused]))).toEqual([]);
});

describe('an export after a change of privileges', () => {
  const exported = { type: 'audit.exported' as const, actor: actor('anna') };
  const change = (by: string, of: string): Omit<ToldEvent, 'action'> => ({
    type: 'user.role_changed',
    actor: actor(by),
    resource: { type: 'user', id: 'some-uuid' },
    details: { username: of },
  });
  it.each([
    ['who changed somebody', change('anna', 'bert')],
    ['who was changed', change('bert', 'anna')],
  ])('is found of %s', (_, event) => {
    expect(found(chain([0, event], [59, exported]))).toEqual([
      ['security.export_after_privilege_change', 'user:anna'],
    ]);
    expect(found(chain([0, event], [60, exported]))).toEqual([]);
    expect(found(chain([0, exported], [1, event]))).toEqual([]);
  });
  it('is none of somebody else, or after a change that was refused', () => {
    expect(found(chain([0, change('bert', 'carol')], [1, exported]))).toEqual([]);
    const refused = { ...change('bert', 'anna'), outcome: 'denied' as const };
    expect(found(chain([0, refused], [1, exported]))).toEqual([]);
  });
});

it('finds administrators who act in off hours', () => {
  const act = (type: AuditEventType) => ({ type, actor: actor('anna') });
  // 10:00 in London is 11:00 in Berlin; 11 hours later it is 22:00 there
  expect(found(chain([0, act('user.created')]))).toEqual([]);
  expect(found(chain([659, act('label_policy.set')]))).toEqual([]);
  expect(found(chain([660, act('label_policy.set')]))).toEqual([
    ['security.off_hours_administration', 'user:anna'],
  ]);
  expect(found(chain([660, act('api_token.created')], [661, act('job.cancel_requested')]))).toEqual(
    [],
  );
  // the Sunday after
  expect(found(chain([4 * 24 * 60, act('team.created')]))).toHaveLength(1);
});

it('finds nothing by rules that are off', () => {
  const off = { count: 0, window: MINUTE };
  const none: SuspicionRules = {
    signInBurst: off,
    manyAddresses: off,
    labelProbing: off,
    invalidSignatures: off,
    exportAfterChange: off,
    offHours: parseOffHours('', 'UTC'),
    offHoursAdministration: off,
  };
  const events = chain(
    ...Array.from(
      { length: 9 },
      () => [0, failed('a', 'x')] as [number, Omit<ToldEvent, 'action'>],
    ),
  );
  expect(findSuspicion(events, 0, none)).toEqual([]);
  expect(longestWindow(none)).toBe(0);
});

const people = fc.constantFrom('anna', 'bert');
const addresses = fc.constantFrom('a', 'b', 'c', 'd');
const anyEvent = fc.oneof(
  fc.tuple(addresses, people).map(([address, name]) => failed(address, name)),
  fc.tuple(people, addresses).map(([name, address]) => ({
    type: 'session.started' as const,
    actor: actor(name, address),
  })),
  people.map((name) => ({ type: 'label_policy.refused' as const, actor: actor(name, null) })),
  people.map((name) => ({ type: 'audit.exported' as const, actor: actor(name, null) })),
  people.map((name) => ({ type: 'user.created' as const, actor: actor(name, null) })),
  fc.nat(9).map((count) => ({
    type: 'security.invalid_signature' as const,
    actor: nobody('a'),
    details: { count },
  })),
);
const anyChain = fc
  .array(
    fc.tuple(
      fc.nat(40).map((step) => step / 4),
      anyEvent,
    ),
    { maxLength: 80 },
  )
  .map((steps) => {
    let minute = 0;
    return chain(
      ...steps.map(([step, event]): [number, Omit<ToldEvent, 'action'>] => [
        (minute += step),
        event,
      ]),
    );
  });

describe('however events come', () => {
  const keys = (events: readonly WatchedEvent[], after = 0) =>
    findSuspicion(events, after, rules).map(({ key }) => key);

  it('finds the same in portions as at once', () => {
    fc.assert(
      fc.property(anyChain, fc.array(fc.nat(80), { maxLength: 6 }), (events, cuts) => {
        const ends = [...new Set([...cuts, events.length])].toSorted((one, other) => one - other);
        const inPortions = ends.flatMap((end, index) => {
          const after = ends[index - 1] ?? 0;
          const first = events[after];
          if (!first) return [];
          const since = Date.parse(first.time) - longestWindow(rules);
          const known = events
            .slice(0, end)
            .filter((event) => event.sequence > after || Date.parse(event.time) > since);
          return keys(known, after);
        });
        expect(new Set(inPortions)).toEqual(new Set(keys(events)));
      }),
    );
  });

  it('tells each finding once, and only of what is new', () => {
    fc.assert(
      fc.property(anyChain, fc.nat(80), (events, after) => {
        const all = keys(events, after);
        expect(new Set(all).size).toBe(all.length);
        if (after >= events.length) expect(all).toEqual([]);
      }),
    );
  });
});

describe('off hours', () => {
  it.each(['25:00-06:00', '22-6', 'someday', '22:00-24:30', '22:60-23:00'])('refuse %s', (text) => {
    expect(() => parseOffHours(text, 'UTC')).toThrow(RangeError);
  });
  it('refuse an unknown time zone', () => {
    expect(() => parseOffHours('sat', 'Mars/Olympus')).toThrow(RangeError);
  });
});
