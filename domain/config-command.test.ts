import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configCommand, githubServer } from './config-command.ts';

const given = {
  server: 'https://github.com',
  target: 'acme',
  token: 'AABBCC',
  name: 'mine-1',
  labels: ['self-hosted', 'gpu'],
  runnerGroup: 'Default',
  ephemeral: true,
};

describe('configCommand', () => {
  it('is what GitHub documents', () => {
    expect(configCommand(given)).toBe(
      './config.sh --url https://github.com/acme --token AABBCC --name mine-1 ' +
        '--labels self-hosted,gpu --runnergroup Default --ephemeral --unattended',
    );
    expect(configCommand({ ...given, target: 'acme/web', ephemeral: false })).toBe(
      './config.sh --url https://github.com/acme/web --token AABBCC --name mine-1 ' +
        '--labels self-hosted,gpu --unattended',
    );
  });

  it('gives a shell the same arguments, whatever labels and group hold', () => {
    const text = fc.stringMatching(/^[ -+--~]{1,12}$/);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), text, (labels, runnerGroup) => {
        const command = configCommand({ ...given, labels, runnerGroup });
        const script = `${command.replace('./config.sh', "printf '%s\\n'")}`;
        const seen = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\n');
        expect(seen[seen.indexOf('--labels') + 1]).toBe(labels.join(','));
        expect(seen.slice(0, -1)).toHaveLength(12);
        expect(seen[9]).toBe(runnerGroup);
      }),
      { numRuns: 50 },
    );
  });
});

it.each([
  ['https://api.github.com', 'https://github.com'],
  ['https://api.github.com/', 'https://github.com'],
  ['https://github.example.com/api/v3', 'https://github.example.com'],
  ['https://api.acme.ghe.com', 'https://acme.ghe.com'],
  ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
])('%s is served for people at %s', (api, server) => {
  expect(githubServer(api)).toBe(server);
});
