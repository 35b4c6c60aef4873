import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { makeSigningKeys } from '../../config/make-signing-keys.ts';
import { parseSigningKeys } from '../../config/signing-keys.ts';
import { EXIT, Failure } from '../failure.ts';
import type { Context } from './context.ts';

/** `runyard keys …` */
export function addKeyCommands(program: Command, context: Context): void {
  const keys = program.command('keys').description('Make keys for the settings');

  keys
    .command('make')
    .description('Print a set of signing keys, for AUTH_SIGNING_KEYS or AUDIT_SIGNING_KEYS')
    .option('--before <file>', 'the set so far: the new key comes in front, all others stay')
    .action(({ before }: { before?: string }) => {
      const kept = before === undefined ? [] : parseSigningKeys(before, read(before));
      context.write(`${makeSigningKeys(kept)}\n`);
    });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Failure(EXIT.usage, 'no_file', `${file} can't be read`);
  }
}
