import type { Database } from '../../prisma/client.ts';

/** What a change is made with that happens as a whole or not at all. */
export type Transaction = Parameters<Parameters<Database['$transaction']>[0]>[0];

/** Classes of PostgreSQL's advisory locks; owners come before teams, so that nobody waits in a ring. */
const OWNER_LOCK = 7201;
const TEAM_LOCK = 7202;
const POLICY_LOCK = 7203;

/** Until the transaction ends, nobody else counts or changes this owner's runners. */
export async function lockOwner(transaction: Transaction, owner: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${OWNER_LOCK}::int, hashtext(${owner}))`;
}

/** Until the transaction ends, nobody else counts or changes this team's runners. */
export async function lockTeam(transaction: Transaction, team: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${TEAM_LOCK}::int, hashtext(${team}))`;
}

/** Until the transaction ends, nobody else changes this subject's policy. */
export async function lockPolicy(transaction: Transaction, subject: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${POLICY_LOCK}::int, hashtext(${subject}))`;
}
