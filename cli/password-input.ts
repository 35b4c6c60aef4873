import { text } from 'node:stream/consumers';
import ask from '@inquirer/password';
import { EXIT, Failure } from './failure.ts';

/**
 * A password, from the terminal without showing it, or from standard input. Never from the command
 * line, which other users of the machine can see.
 */
export async function readPassword(message: string, fromInput: boolean): Promise<string> {
  if (fromInput) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (!process.stdin.isTTY) {
    throw new Failure(
      EXIT.usage,
      'no_terminal',
      'There is no terminal to ask for the password on: use --password-stdin',
    );
  }
  return ask({ message }, { output: process.stderr });
}
