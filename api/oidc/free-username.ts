import type { Prisma } from '../../prisma/generated/client.ts';

const MOST_CHARACTERS = 50;

/**
 * A username like the wanted one that nobody has, and that nothing is meant for: a policy or a team
 * may name somebody who has no account yet, or no more, and an identity provider's word for what
 * they are called must not make anyone else that person.
 */
export async function freeUsername(
  transaction: Prisma.TransactionClient,
  wanted: string,
): Promise<string> {
  // Until this transaction ends nobody else is given a name.
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('usernames'))`;
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : `-${number}`;
    const username = `${wanted.slice(0, MOST_CHARACTERS - suffix.length)}${suffix}`;
    if (!(await isTaken(transaction, username))) return username;
  }
}

async function isTaken(transaction: Prisma.TransactionClient, username: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<{ taken: boolean }[]>`
    SELECT EXISTS (SELECT FROM users WHERE username = ${username})
      OR EXISTS (SELECT FROM team_members WHERE kind = 'user' AND lower(value) = ${username})
      OR EXISTS (SELECT FROM label_policies WHERE subject = ${`user:${username}`})
      OR EXISTS (SELECT FROM registrations WHERE owner = ${`user:${username}`}) AS taken`;
  return rows[0]?.taken ?? true;
}
