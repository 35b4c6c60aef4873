import { join, resolve } from 'node:path';
import { projectRoot } from './root.ts';

/**
 * The data folder, absolute: `.runyard` in the project unless RUNYARD_DATA_DIR names another one
 * (relative to the current folder).
 */
export function dataFolderPath(environment: NodeJS.ProcessEnv): string {
  const named = environment['RUNYARD_DATA_DIR'];
  return named ? resolve(named) : join(projectRoot(), '.runyard');
}
