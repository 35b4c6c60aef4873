import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chainHash, GENESIS, sameBytes } from './chain.ts';
import { type Checkpoint, checkpointText } from './checkpoint.ts';
import { type AuditColumns, columnsOf } from './columns.ts';
import { auditContent } from './content.ts';
import { auditEvent, SYSTEM_ACTOR } from './event.ts';
import { type ChainEntry, type StoredEvent, verifyChain } from './verify.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
/** Stands for a signature: only who has the key can compute it. */
const sign = (point: Omit<Checkpoint, 'signature'>, key = 'the key') =>
  sha256(Buffer.concat([Buffer.from(key), checkpointText(point)]));

const EVERY = 8;
const LENGTH = 5 * EVERY;

interface Log {
  events: StoredEvent[];
  checkpoints: Checkpoint[];
}

const content = (index: number, name = `user ${index}`) =>
  auditContent(
    auditEvent(
      {
        type: 'user.updated',
        action: 'update',
        actor: SYSTEM_ACTOR,
        resource: { type: 'user', id: name },
      },
      `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      new Date(1_795_000_000_000 + index * 1_000).toISOString(),
    ),
  );

/** Computes sequences and hashes anew from a place on, as somebody can who may write to the database. */
function rechain(events: StoredEvent[], from: number, until = Infinity): void {
  for (let index = from; index < Math.min(until, events.length); index += 1) {
    const event = events[index] as StoredEvent;
    event.sequence = index + 1;
    event.prevHash = events[index - 1]?.hash ?? GENESIS.hash;
    event.hash = chainHash(sha256, event.prevHash, event.sequence, event.content);
  }
}

function renumber(events: StoredEvent[]): void {
  for (const [index, event] of events.entries()) event.sequence = index + 1;
}

function make(): Log {
  const events = Array.from({ length: LENGTH }, (_, index) => stored(content(index)));
  rechain(events, 0);
  const checkpoints = events
    .filter(({ sequence }) => sequence % EVERY === 0)
    .map(({ sequence, hash }) => {
      const point = { sequence, hash, signedAt: '2026-11-21T06:00:00.000Z', keyId: 'one' };
      return { ...point, signature: sign(point) };
    });
  return { events, checkpoints };
}

function stored(text: string): StoredEvent {
  const none = new Uint8Array();
  return { sequence: 0, content: text, prevHash: none, hash: none, columns: columnsOf(text) };
}

const MADE = make();
const WITNESSES = MADE.checkpoints;

function whole(): Log {
  return {
    events: MADE.events.map((event) => ({
      ...event,
      columns: { ...event.columns } as AuditColumns,
    })),
    checkpoints: WITNESSES.map((point) => ({ ...point })),
  };
}

function verify(log: Log, witnesses: readonly Checkpoint[] = WITNESSES) {
  return verifyChain({
    entries: entriesOf(log),
    witnesses: each(witnesses),
    start: GENESIS,
    sha256,
    signature: (point) => {
      if (point.keyId !== 'one') return 'unknown_key';
      return sameBytes(point.signature, sign(point)) ? 'valid' : 'invalid';
    },
  });
}

async function* entriesOf({ events, checkpoints }: Log): AsyncIterable<ChainEntry> {
  const points = [...checkpoints];
  for (const event of events.toSorted((one, other) => one.sequence - other.sequence)) {
    yield { kind: 'event', event };
    while (points[0] && points[0].sequence <= event.sequence) {
      yield { kind: 'checkpoint', checkpoint: points.shift() as Checkpoint };
    }
  }
  for (const checkpoint of points) yield { kind: 'checkpoint', checkpoint };
}

async function* each<T>(values: readonly T[]): AsyncIterable<T> {
  yield* values;
}

const place = fc.nat({ max: LENGTH - 1 });
/** How far somebody computes the hashes anew: not at all, up to the next checkpoint, past it, to the end. */
const reach = fc.constantFrom('none', 'checkpoint', 'past', 'end');
const otherBytes = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte));

const COLUMNS = Object.keys(columnsOf(content(0))) as (keyof AuditColumns)[];

/** Something that somebody does to the log; answers the first place where it shows at the earliest. */
const tampering = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), place, reach, at: fc.nat() }),
  fc.record({ kind: fc.constant('column' as const), place, column: fc.constantFrom(...COLUMNS) }),
  fc.record({ kind: fc.constantFrom('hash' as const, 'prevHash' as const), place, at: fc.nat() }),
  fc.record({ kind: fc.constant('remove' as const), place, reach, gap: fc.boolean() }),
  // not behind the last event: there, unsigned yet, anybody who may write may add
  fc.record({
    kind: fc.constant('insert' as const),
    place: fc.nat({ max: LENGTH - 2 }),
    reach,
    copy: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('swap' as const), place, other: place, reach }),
  fc.record({ kind: fc.constant('cut' as const), place, forged: fc.nat({ max: 2 * EVERY }) }),
  fc.record({
    kind: fc.constant('checkpoint' as const),
    place: fc.nat({ max: WITNESSES.length - 1 }),
    field: fc.constantFrom('hash', 'signature', 'signedAt', 'keyId', 'sequence'),
    at: fc.nat(),
  }),
);
type Tampering = typeof tampering extends fc.Arbitrary<infer T> ? T : never;

function recompute(log: Log, from: number, how: string): void {
  if (how === 'none') return;
  const checkpoint = (Math.floor(from / EVERY) + 1) * EVERY;
  if (how === 'checkpoint') rechain(log.events, from, checkpoint - 1);
  if (how === 'past') rechain(log.events, from, checkpoint + 3);
  if (how === 'end') {
    rechain(log.events, from);
    // the checkpoints are made to fit; only their signatures can't be
    for (const point of log.checkpoints) {
      point.hash = log.events[point.sequence - 1]?.hash ?? point.hash;
    }
  }
}

function columnsIfAny({ content: text, columns }: StoredEvent) {
  try {
    return columnsOf(text);
  } catch {
    return columns;
  }
}

/** @returns the first sequence that is not as it was; null when all is */
function tamper(log: Log, deed: Tampering): number | null {
  const event = log.events[deed.place] as StoredEvent;
  switch (deed.kind) {
    case 'change': {
      const at = deed.at % event.content.length;
      const code = event.content.charCodeAt(at) === 120 ? 'y' : 'x';
      event.content = event.content.slice(0, at) + code + event.content.slice(at + 1);
      if (deed.reach !== 'none') event.columns = columnsIfAny(event);
      recompute(log, deed.place, deed.reach);
      return deed.place + 1;
    }
    case 'column':
      Object.assign(event.columns as object, { [deed.column]: 'another' });
      return deed.place + 1;
    case 'hash':
    case 'prevHash':
      event[deed.kind] = otherBytes(event[deed.kind], deed.at);
      return deed.place + 1;
    case 'remove':
      log.events.splice(deed.place, 1);
      if (!deed.gap) renumber(log.events);
      recompute(log, deed.place, deed.reach);
      return deed.place + 1;
    case 'insert': {
      const text = deed.copy ? event.content : content(999, 'forged');
      log.events.splice(deed.place, 0, stored(text));
      renumber(log.events);
      rechain(log.events, deed.place, deed.place + 1);
      recompute(log, deed.place, deed.reach);
      // A copy of an event in its own place is the event: the next one is what was inserted.
      return deed.copy ? deed.place + 2 : deed.place + 1;
    }
    case 'swap': {
      const [first, second] = [deed.place, deed.other].toSorted((a, b) => a - b) as [
        number,
        number,
      ];
      if (first === second) return null;
      const one = log.events[first] as StoredEvent;
      const other = log.events[second] as StoredEvent;
      log.events[first] = { ...other, sequence: one.sequence };
      log.events[second] = { ...one, sequence: other.sequence };
      recompute(log, first, deed.reach);
      return first + 1;
    }
    case 'cut':
      log.events.length = deed.place;
      log.checkpoints = log.checkpoints.filter(({ sequence }) => sequence <= deed.place);
      for (let index = 0; index < deed.forged; index += 1) {
        log.events.push(stored(content(deed.place + index, 'forged')));
      }
      rechain(log.events, deed.place);
      return deed.place + 1;
    case 'checkpoint': {
      const point = log.checkpoints[deed.place] as Checkpoint;
      const first = point.sequence - EVERY + 1;
      if (deed.field === 'hash') point.hash = otherBytes(point.hash, deed.at);
      if (deed.field === 'signature') point.signature = otherBytes(point.signature, deed.at);
      if (deed.field === 'signedAt') point.signedAt = '2026-11-22T06:00:00.000Z';
      if (deed.field === 'keyId') point.keyId = 'two';
      if (deed.field === 'sequence') point.sequence -= 1;
      return first;
    }
  }
}

it('finds nothing in a log that is whole', async () => {
  const log = whole();
  const last = log.events.at(-1) as StoredEvent;
  expect(await verify(log)).toEqual({
    firstBad: null,
    events: LENGTH,
    checkpoints: LENGTH / EVERY,
    head: { sequence: LENGTH, hash: last.hash },
    unsigned: 0,
  });
});

it('finds 10,000 random changes, removals, insertions, swaps and cuts, and where they begin', async () => {
  await fc.assert(
    fc.asyncProperty(tampering, async (deed) => {
      const log = whole();
      const first = tamper(log, deed);
      const { firstBad } = await verify(log);
      if (first === null) {
        expect(firstBad).toBeNull();
        return;
      }
      expect(firstBad).not.toBeNull();
      const found = firstBad?.sequence ?? 0;
      // With hashes computed anew it shows at the checkpoint that covers the place, at the latest.
      const latest = Math.ceil(first / EVERY) * EVERY;
      const isPlain = !('reach' in deed) || deed.reach === 'none';
      expect(found).toBeGreaterThanOrEqual(first);
      expect(found).toBeLessThanOrEqual(latest + 1);
      if (
        isPlain &&
        ['change', 'column', 'hash', 'prevHash', 'remove', 'swap'].includes(deed.kind)
      ) {
        expect(found).toBe(first);
      }
    }),
    { numRuns: 10_000 },
  );
}, 120_000);

it.each([
  [
    'changed',
    (log: Log): unknown => tamper(log, { kind: 'change', place: 9, reach: 'none', at: 40 }),
    10,
  ],
  ['removed', (log: Log): unknown => void log.events.splice(9, 1), 10],
  [
    'column',
    (log: Log): unknown => tamper(log, { kind: 'column', place: 9, column: 'severity' }),
    10,
  ],
  [
    'misplaced',
    (log: Log): unknown => tamper(log, { kind: 'swap', place: 9, other: 10, reach: 'none' }),
    10,
  ],
  [
    'rewritten',
    (log: Log): unknown => tamper(log, { kind: 'change', place: 9, reach: 'past', at: 40 }),
    16,
  ],
  ['tail_cut', (log: Log): unknown => tamper(log, { kind: 'cut', place: 9, forged: 0 }), 10],
  [
    'checkpoint',
    (log: Log): unknown => void ((log.checkpoints[1] as Checkpoint).keyId = 'two'),
    16,
  ],
] as const)('says that something was %s', async (fault, deed, sequence) => {
  const log = whole();
  deed(log);
  const { firstBad } = await verify(log);
  expect(firstBad).toMatchObject({ fault, sequence });
});

it('looks at a part of the chain, whatever was signed before it', async () => {
  const { events, checkpoints } = whole();
  const start = events[20] as StoredEvent;
  const verdict = await verifyChain({
    entries: entriesOf({
      events: events.slice(21),
      checkpoints: checkpoints.filter(({ sequence }) => sequence > 21),
    }),
    witnesses: each(WITNESSES),
    start,
    sha256,
    signature: () => 'valid',
  });
  expect(verdict).toMatchObject({ firstBad: null, events: LENGTH - 21, unsigned: 0 });
});
