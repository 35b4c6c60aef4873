import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { FAILURES_COUNT_FOR, lockTime, type ThrottleKind } from '../../domain/lock-out.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';

/** One try to sign in, which counts as failed until it's known better. */
export interface Attempt {
  keys: Record<ThrottleKind, string>;
  /** What this try, should it fail, locks, and for how many milliseconds. */
  locks: { kind: ThrottleKind; failures: number; milliseconds: number }[];
}

/** An account or address is locked out. */
export interface LockedOut {
  lockedFor: number;
}

/** Counts a failure unless the key is locked; of parallel ones each sees the count of the others. */
const COUNT = `
INSERT INTO sign_in_throttles AS kept (key, failures, last_failure_at) VALUES ($1, 1, now())
ON CONFLICT (key) DO UPDATE SET
  failures = CASE
    WHEN kept.last_failure_at < now() - $2 * interval '1 millisecond' THEN 1
    ELSE kept.failures + 1 END,
  last_failure_at = now()
WHERE kept.locked_until IS NULL OR kept.locked_until <= now()
RETURNING failures`;

const LOCK = `
UPDATE sign_in_throttles SET locked_until = now() + $2 * interval '1 millisecond' WHERE key = $1`;

const LOCKED_FOR = `
SELECT extract(epoch FROM locked_until - now())::float8 * 1000 AS milliseconds
FROM sign_in_throttles WHERE key = $1`;

/** This try's own failure is taken back, and with it the lock that it would have set. */
const UNCOUNT = `
UPDATE sign_in_throttles SET failures = greatest(0, failures - 1),
  locked_until = CASE WHEN $2 THEN NULL ELSE locked_until END
WHERE key = $1`;

/**
 * Takes one try for an account from an address. It counts as a failure from here on, before the
 * password is looked at, so that no number of parallel tries gets more guesses than one after the
 * other would. Kept in the database: it holds over restarts, and for several processes together.
 */
export async function beginAttempt(
  database: Database,
  username: string,
  address: string,
): Promise<Attempt | LockedOut> {
  const keys = { address: addressKey(address), account: accountKey(username) };
  return database.$transaction(async (transaction) => {
    const attempt: Attempt = { keys, locks: [] };
    // always in this order, so that tries never wait for each other in a circle
    for (const kind of ['address', 'account'] as const) {
      const failures = await count(transaction, keys[kind]);
      if (failures === null) {
        if (kind === 'account') await uncount(transaction, keys.address, attempt, 'address');
        return { lockedFor: await lockedFor(transaction, keys[kind]) };
      }
      const milliseconds = lockTime(kind, failures);
      if (milliseconds === 0) continue;
      await transaction.$executeRawUnsafe(LOCK, keys[kind], milliseconds);
      attempt.locks.push({ kind, failures, milliseconds });
    }
    return attempt;
  });
}

/**
 * The password was right: the account starts afresh. Of the address only this try is taken back, or
 * whoever has an account could guess at others for ever by signing in between.
 */
export async function forgiveAttempt(
  transaction: Prisma.TransactionClient,
  attempt: Attempt,
): Promise<void> {
  await uncount(transaction, attempt.keys.address, attempt, 'address');
  await transaction.signInThrottle.deleteMany({ where: { key: attempt.keys.account } });
}

export function accountKey(username: string): string {
  const isUsual = /^[a-z0-9][a-z0-9._@-]{0,62}$/.test(username);
  // People type all sorts of things here, their passwords too.
  return isUsual
    ? `account ${username}`
    : `account #${createHash('sha256').update(username).digest('hex')}`;
}

/** Whoever has one IPv6 address has its whole /64. */
function addressKey(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return `address ${address}`;
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.replace(/%.*$/, '')}/64`);
  return `address ${network.toString()}/64`;
}

async function count(transaction: Prisma.TransactionClient, key: string): Promise<number | null> {
  const rows = await transaction.$queryRawUnsafe<{ failures: number }[]>(
    COUNT,
    key,
    FAILURES_COUNT_FOR,
  );
  return rows[0]?.failures ?? null;
}

async function uncount(
  transaction: Prisma.TransactionClient,
  key: string,
  { locks }: Attempt,
  kind: ThrottleKind,
): Promise<void> {
  const locked = locks.some((lock) => lock.kind === kind);
  await transaction.$executeRawUnsafe(UNCOUNT, key, locked);
}

async function lockedFor(transaction: Prisma.TransactionClient, key: string): Promise<number> {
  const rows = await transaction.$queryRawUnsafe<{ milliseconds: number }[]>(LOCKED_FOR, key);
  return Math.max(1, rows[0]?.milliseconds ?? 1);
}
