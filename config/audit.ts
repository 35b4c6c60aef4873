import { join, resolve } from 'node:path';
import { dataFolderPath } from './data-folder.ts';
import type { Settings } from './schema.ts';

/** Folder of archived audit events and of checkpoints outside the database, absolute. */
export function auditFolder(settings: Settings, environment: NodeJS.ProcessEnv): string {
  const named = settings.AUDIT_ARCHIVE_DIR;
  return named ? resolve(named) : join(dataFolderPath(environment), 'audit-archive');
}
