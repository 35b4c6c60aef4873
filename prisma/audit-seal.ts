import type { Database } from './client.ts';

/** Where the chain ends. */
export interface SealedHead {
  sequence: number;
  /** 32 bytes */
  hash: Uint8Array;
}

/** Events that one transaction seals: some 20 ms, while others who would seal wait. */
const BATCH = 1_000;

/**
 * Takes all events that wait into the chain, in transactions of their own, so that whoever reads next
 * sees what was written before. Others may seal at the same time.
 *
 * @returns how many were taken, and where the chain then ends
 */
export async function sealAudit(
  database: Pick<Database, '$queryRaw'>,
): Promise<SealedHead & { taken: number }> {
  for (let taken = 0; ;) {
    const rows = await database.$queryRaw<{ taken: number; sequence: bigint; hash: Uint8Array }[]>`
      SELECT taken, sequence, hash FROM audit_seal(${BATCH}::int)`;
    const row = rows[0];
    if (!row) throw new Error('audit_seal answered no row');
    taken += row.taken;
    if (row.taken < BATCH) return { taken, sequence: Number(row.sequence), hash: row.hash };
  }
}
