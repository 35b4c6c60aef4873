import { spawn } from 'node:child_process';

/**
 * Runs a program to its end, with argv and no shell, keeping what it says for the error.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 */
export function runProgram(program, args, { cwd, env = process.env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => said.push(text));
    }
    child.once('error', (error) => reject(new Error(`${program} can't be run: ${error.message}`)));
    child.once('close', (code) => {
      if (code === 0) return resolve(said.join(''));
      const last = said.join('').trim().split('\n').slice(-60).join('\n');
      reject(new Error(`${[program, ...args].join(' ')} failed:\n${last}`));
    });
  });
}
