import { chainHash, type ChainHead, sameBytes, type Sha256 } from './chain.ts';
import { type Checkpoint, hex } from './checkpoint.ts';
import { type AuditColumns, columnsOf } from './columns.ts';

/** An event as it is stored. */
export interface StoredEvent {
  sequence: number;
  content: string;
  prevHash: Uint8Array;
  hash: Uint8Array;
  /** null in an archive file, which has none */
  columns: AuditColumns | null;
}

/** What is met on the way along the chain, in order; a checkpoint after its event. */
export type ChainEntry =
  | { kind: 'event'; event: StoredEvent }
  | { kind: 'checkpoint'; checkpoint: Checkpoint }
  /** The chain must stand here, says what is told in `what`. */
  | { kind: 'boundary'; head: ChainHead; what: string }
  /** A part of the chain can't be had. */
  | { kind: 'unreadable'; sequence: number; reason: string };

export type ChainFault =
  | 'changed'
  | 'removed'
  | 'misplaced'
  | 'column'
  | 'rewritten'
  | 'checkpoint'
  | 'tail_cut'
  | 'archive';

/** What is wrong with the chain, at the first place where something is. */
export interface ChainFinding {
  sequence: number;
  fault: ChainFault;
  /** one plain sentence */
  reason: string;
}

export interface ChainVerdict {
  /** null: the chain is whole */
  firstBad: ChainFinding | null;
  /** events and checkpoints that were found good */
  events: number;
  checkpoints: number;
  head: ChainHead;
  /** events after the last good checkpoint: whoever can write to the database could still rewrite them */
  unsigned: number;
}

export interface VerifyOptions {
  entries: AsyncIterable<ChainEntry>;
  /** checkpoints kept outside the database, in order */
  witnesses?: AsyncIterable<Checkpoint> | undefined;
  /** where the chain stands before the first entry */
  start: ChainHead;
  sha256: Sha256;
  /** Whether one of the known keys signed it. */
  signature: (checkpoint: Checkpoint) => 'valid' | 'invalid' | 'unknown_key';
}

/**
 * Goes along the chain until the first thing that is wrong with it. Holds one event at a time.
 *
 * Each hash covers an event's content, place and predecessor, so that whatever is changed, removed,
 * inserted or moved shows where it happens, unless all later hashes are computed anew; then it shows at
 * the next checkpoint, whose signature can't be. Cutting off the end shows by checkpoints beyond it.
 */
export async function verifyChain(options: VerifyOptions): Promise<ChainVerdict> {
  const walk = new Walk(options);
  const witnesses = options.witnesses?.[Symbol.asyncIterator]();
  let witness = await witnesses?.next();
  try {
    for await (const entry of options.entries) {
      if (!walk.take(entry)) return walk.verdict();
      // a checkpoint of a part that was not looked at says nothing here
      while (witness && !witness.done && witness.value.sequence <= walk.head.sequence) {
        if (!walk.witness(witness.value)) return walk.verdict();
        witness = await witnesses?.next();
      }
    }
    if (witness && !witness.done) walk.witness(witness.value);
  } finally {
    await witnesses?.return?.();
  }
  return walk.verdict();
}

class Walk {
  head: ChainHead;
  readonly #start: ChainHead;
  readonly #options: VerifyOptions;
  #finding: ChainFinding | null = null;
  #events = 0;
  #checkpoints = 0;
  #signedUpTo: number;

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#start = options.start;
    this.head = options.start;
    this.#signedUpTo = options.start.sequence;
  }

  verdict(): ChainVerdict {
    return {
      firstBad: this.#finding,
      events: this.#events,
      checkpoints: this.#checkpoints,
      head: this.head,
      unsigned: this.head.sequence - this.#signedUpTo,
    };
  }

  /** @returns false when something is wrong */
  take(entry: ChainEntry): boolean {
    switch (entry.kind) {
      case 'event':
        return this.#event(entry.event);
      case 'checkpoint':
        return this.#checkpoint(entry.checkpoint);
      case 'boundary':
        return this.#boundary(entry.head, entry.what);
      case 'unreadable':
        return this.#bad(entry.sequence, 'archive', entry.reason);
    }
  }

  #event(event: StoredEvent): boolean {
    const { sequence: last, hash: lastHash } = this.head;
    const expected = last + 1;
    if (event.sequence !== expected) {
      return event.sequence > expected
        ? this.#bad(expected, 'removed', missing(expected, event.sequence - 1))
        : this.#bad(event.sequence, 'misplaced', `Event ${event.sequence} stands after ${last}`);
    }
    const { sha256 } = this.#options;
    const hash = chainHash(sha256, lastHash, expected, event.content);
    if (!sameBytes(event.prevHash, lastHash) || !sameBytes(event.hash, hash)) {
      return this.#bad(expected, ...explain(sha256, event, lastHash));
    }
    const column = event.columns && differingColumn(event.columns, event.content);
    if (column) {
      return this.#bad(
        expected,
        'column',
        `The column ${column} of event ${expected} does not say what its content says`,
      );
    }
    this.head = { sequence: expected, hash };
    this.#events += 1;
    return true;
  }

  /** A checkpoint of the database or of an archive file. */
  #checkpoint(point: Checkpoint): boolean {
    if (!this.#agrees(point)) return false;
    this.#checkpoints += 1;
    return true;
  }

  /** A checkpoint that was kept outside. One from before the part that is looked at says nothing here. */
  witness(point: Checkpoint): boolean {
    const isPast = point.sequence < this.head.sequence || point.sequence <= this.#start.sequence;
    return isPast || this.#agrees(point);
  }

  #agrees(point: Checkpoint): boolean {
    const { sequence } = point;
    const signature = this.#options.signature(point);
    if (signature === 'unknown_key') {
      return this.#bad(
        sequence,
        'checkpoint',
        `The checkpoint at ${sequence} is signed with the key ${point.keyId}, which is not known: keep former keys among AUDIT_SIGNING_KEYS`,
      );
    }
    if (signature === 'invalid') {
      return this.#bad(
        sequence,
        'checkpoint',
        `The checkpoint at ${sequence} does not bear a valid signature`,
      );
    }
    if (sequence > this.head.sequence) {
      const first = this.head.sequence + 1;
      return this.#bad(
        first,
        'tail_cut',
        `The log ends at ${this.head.sequence}, but a signed checkpoint says that it reached ${sequence}: ${missing(first, sequence)}`,
      );
    }
    if (sequence < this.head.sequence) {
      return this.#bad(sequence, 'checkpoint', `The checkpoint at ${sequence} stands out of order`);
    }
    if (!sameBytes(point.hash, this.head.hash)) {
      return this.#bad(
        sequence,
        'rewritten',
        `Events ${this.#signedUpTo + 1} to ${sequence} are not those that the signed checkpoint of ${point.signedAt} covers: they were rewritten`,
      );
    }
    this.#signedUpTo = sequence;
    return true;
  }

  #boundary(head: ChainHead, what: string): boolean {
    const isHere = head.sequence === this.head.sequence && sameBytes(head.hash, this.head.hash);
    return (
      isHere ||
      this.#bad(
        Math.min(head.sequence, this.head.sequence) + 1,
        'archive',
        `${what} at event ${head.sequence} with hash ${hex(head.hash).slice(0, 12)}…, but the chain is at ${this.head.sequence}`,
      )
    );
  }

  #bad(sequence: number, fault: ChainFault, reason: string): false {
    this.#finding = { sequence, fault, reason };
    return false;
  }
}

function missing(first: number, last: number): string {
  return first === last ? `event ${first} is missing` : `events ${first} to ${last} are missing`;
}

/** Why an event doesn't follow the one before it. */
function explain(
  sha256: Sha256,
  { sequence, content, prevHash, hash }: StoredEvent,
  lastHash: Uint8Array,
): [ChainFault, string] {
  const follows = sameBytes(prevHash, lastHash);
  const fits = (place: number) => sameBytes(chainHash(sha256, prevHash, place, content), hash);
  if (!follows && (fits(sequence) || fits(sequence - 1) || fits(sequence + 1))) {
    return [
      'misplaced',
      `Event ${sequence} is not the one that followed event ${sequence - 1}: events were inserted, removed or put into another order here`,
    ];
  }
  return ['changed', `Event ${sequence} does not fit its hash: it was changed or put in its place`];
}

function differingColumn(columns: AuditColumns, content: string): string | null {
  let told: AuditColumns;
  try {
    told = columnsOf(content);
  } catch {
    return 'content';
  }
  const names = Object.keys(told) as (keyof AuditColumns)[];
  return names.find((name) => told[name] !== columns[name]) ?? null;
}
