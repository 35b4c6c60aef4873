import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditVerification } from '../../api/schemas/audit.ts';
import { dataFolderPath } from '../../config/data-folder.ts';
import { loadSettings } from '../../config/load.ts';
import { parseSigningKeys } from '../../config/signing-keys.ts';
import { ArchiveFileError, verifyArchiveFile } from '../../prisma/audit/archive-file.ts';
import { checkpointKeys } from '../../prisma/audit/keys.ts';
import { EXIT, Failure } from '../failure.ts';

/** The file of the data folder that a start without AUDIT_SIGNING_KEYS makes. */
const KEYS_FILE = 'audit-signing-keys';

/**
 * Verifies an archive file of the audit log on this machine, with no Runyard running.
 *
 * @throws Failure when the file or the keys can't be read
 */
export async function verifyArchive(
  file: string,
  environment: NodeJS.ProcessEnv,
): Promise<AuditVerification> {
  const startedAt = performance.now();
  const keys = checkpointKeys(parseSigningKeys('AUDIT_SIGNING_KEYS', findKeys(environment)));
  try {
    const verdict = await verifyArchiveFile(file, keys);
    return {
      ok: verdict.firstBad === null,
      events: verdict.events,
      checkpoints: verdict.checkpoints,
      archived_segments: 1,
      unsigned: verdict.unsigned,
      first_bad: verdict.firstBad,
      head: {
        sequence: verdict.head.sequence,
        hash: Buffer.from(verdict.head.hash).toString('hex'),
      },
      verified_at: new Date().toISOString(),
      milliseconds: Math.round(performance.now() - startedAt),
    };
  } catch (error) {
    if (!(error instanceof ArchiveFileError)) throw error;
    throw new Failure(EXIT.failed, 'archive_unreadable', error.message);
  }
}

function findKeys(environment: NodeJS.ProcessEnv): string {
  const { settings } = loadSettings(environment);
  if (settings.AUDIT_SIGNING_KEYS !== undefined) return settings.AUDIT_SIGNING_KEYS;
  const file = join(dataFolderPath(environment), KEYS_FILE);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Failure(
      EXIT.usage,
      'no_keys',
      `The keys that sign the audit log are needed: set AUDIT_SIGNING_KEYS, or AUDIT_SIGNING_KEYS_FILE. There is no file ${file} either`,
    );
  }
}
