import { expect, it } from 'vitest';
import { loadSettings } from './load.ts';
import { missingSettings } from './production.ts';

const missing = (environment: NodeJS.ProcessEnv) =>
  missingSettings(loadSettings(environment).settings).map((problem) => problem.split(' ')[0]);

it('asks nothing of a development set-up', () => {
  expect(missing({})).toEqual([]);
});

it('wants the whole GitHub App where one is named', () => {
  expect(missing({ GITHUB_APP_ID: '1' })).toEqual(['GITHUB_APP_PRIVATE_KEY']);
  expect(missing({ GITHUB_APP_ID: '1', GITHUB_APP_PRIVATE_KEY: 'pem' })).toEqual([]);
});

it('lists everything that production lacks at once', () => {
  expect(
    missing({ NODE_ENV: 'production', AUTH_SIGNING_KEYS: 'x', AUDIT_SIGNING_KEYS: 'x' }),
  ).toEqual([
    'DATABASE_URL',
    'TEMPORAL_ADDRESS',
    'GITHUB_APP_ID',
    'GITHUB_APP_PRIVATE_KEY',
    'GITHUB_WEBHOOK_SECRET',
    'PAYLOAD_ENCRYPTION_KEYS',
  ]);
});
