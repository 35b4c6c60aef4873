import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** True when something stands at that path, whatever it is. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** True when this process may run the file. */
export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Where a program stands on the environment's PATH, or null. */
export async function findProgram(
  program: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    if (folder && (await isExecutable(join(folder, program)))) return join(folder, program);
  }
  return null;
}
