import type { Command } from 'commander';
import { loadSettings } from '../../config/load.ts';
import { localEndpoints } from '../connection.ts';
import { examine } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { EXIT, Failure } from '../failure.ts';
import { show } from '../output.ts';
import { apiOf, type Context, outputOf } from './context.ts';

const MARKS: Record<Finding['state'], string> = {
  ok: '✓',
  warning: '!',
  failed: '✗',
  skipped: '-',
};

/** `runyard doctor`: exit code 1 when something is broken; warnings alone don't count. */
export function addDoctorCommand(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('Check everything that Runyard needs, and say how to mend what is broken')
    .action(async (_: unknown, command: Command) => {
      const { settings } = loadSettings(context.environment);
      const findings = await examine(
        apiOf(command, context),
        settings,
        localEndpoints(context.environment),
      );
      show(outputOf(command, context), { findings }, () => findings.map(describe).join('\n'));
      const broken = findings.filter(({ state }) => state === 'failed').length;
      if (broken > 0) {
        throw new Failure(
          EXIT.failed,
          'unhealthy',
          `${broken} of ${findings.length} checks failed`,
        );
      }
    });
}

function describe({ check, state, detail, fix }: Finding): string {
  return `${MARKS[state]} ${check}: ${detail}${fix === null ? '' : `\n    ${fix}`}`;
}
