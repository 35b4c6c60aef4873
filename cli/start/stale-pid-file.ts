import { readFile, rm } from 'node:fs/promises';

/**
 * Removes a pid file that a killed program left: the program would refuse to start again where the
 * process of that number is another program by now, or one that has ended and that nobody has
 * waited for. The file of a running program stays.
 *
 * @param program - name of the program, as the kernel has it
 */
export async function removeStalePidFile(file: string, program: string): Promise<void> {
  const pid = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (pid === '') return;
  const stat = await readFile(`/proc/${Number(pid)}/stat`, 'utf8').catch(() => '');
  const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(stat) ?? [];
  const isRunning = name === program && state !== 'Z' && state !== 'X';
  if (!isRunning) await rm(file, { force: true });
}
