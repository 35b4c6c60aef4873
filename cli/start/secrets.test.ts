import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSettings } from '../../config/load.ts';
import { parseSigningKeys } from '../../config/signing-keys.ts';
import { DataFolder } from './data-folder.ts';
import { processEnvironments, simulatorEnvironment } from './environments.ts';
import { prepareSecrets } from './secrets.ts';

let folder: DataFolder;
beforeEach(async () => {
  folder = await DataFolder.open(await mkdtemp(join(tmpdir(), 'runyard-secrets-')));
});
afterEach(() => rm(folder.path, { recursive: true }));

const prepare = (environment: NodeJS.ProcessEnv = {}) =>
  prepareSecrets(folder, loadSettings(environment), environment);

const PORTS = {
  api: 1,
  temporalUi: 2,
  temporal: 3,
  temporalMetrics: 4,
  postgres: 5,
  simulator: 6,
  controlMetrics: 7,
  hostMetrics: 8,
};
const FACTS = {
  dataFolder: '/data',
  hostId: 'host',
  ports: PORTS,
  temporalAddress: '127.0.0.1:3',
  temporalUiUrl: undefined,
  bindAddress: '127.0.0.1',
  simulator: null,
  demoImage: null,
};

it('makes each secret once, in files that only their owner can read', async () => {
  await prepare();
  const names = ['auth-signing-keys', 'webhook-secret', 'payload-keys', 'app-private-key.pem'];
  const contents = () =>
    Promise.all(names.map((name) => readFile(join(folder.path, name), 'utf8')));
  const first = await contents();
  await prepare();
  expect(await contents()).toEqual(first);
  for (const name of names) {
    expect((await stat(join(folder.path, name))).mode & 0o777).toBe(0o600);
  }
  expect(parseSigningKeys('AUTH_SIGNING_KEYS', first[0] ?? '')).toHaveLength(1);
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  expect(await readFile(join(folder.path, 'payload-keys'), 'utf8')).toMatch(
    /^[0-9a-f]{8}:[A-Za-z0-9+/]{43}=\n$/,
  );
});

it('passes a secret that the user set on as it came, and writes it nowhere', async () => {
  const secrets = await prepare({ AUTH_SIGNING_KEYS: 'mine' });
  expect(secrets.variables('AUTH_SIGNING_KEYS')).toEqual({ AUTH_SIGNING_KEYS: 'mine' });
  await expect(stat(join(folder.path, 'auth-signing-keys'))).rejects.toThrow('ENOENT');
});

it('gives each process only the secrets that it uses', async () => {
  const environment = {
    PATH: '/bin',
    AUTH_SIGNING_KEYS: 'mine',
    DATABASE_URL: 'postgresql://u:p@h/d',
    GITHUB_WEBHOOK_SECRET: 'hook',
    POOL_NAME: 'p',
  };
  const secrets = await prepare(environment);
  const { api, controlWorker, hostWorker } = processEnvironments(environment, FACTS, secrets);
  expect(api).toMatchObject({
    AUTH_SIGNING_KEYS: 'mine',
    GITHUB_WEBHOOK_SECRET: 'hook',
    POOL_NAME: 'p',
  });
  // only who registers runners needs GitHub's key
  expect(Object.keys(api).filter((name) => /PRIVATE_KEY/.test(name))).toEqual([]);
  expect(Object.keys(api)).toContain('PAYLOAD_ENCRYPTION_KEYS_FILE');
  expect(Object.keys(hostWorker)).toContain('PAYLOAD_ENCRYPTION_KEYS_FILE');
  expect(Object.keys(controlWorker)).not.toContain('AUTH_SIGNING_KEYS');
  expect(Object.keys(controlWorker)).toContain('GITHUB_APP_PRIVATE_KEY_FILE');
  expect(hostWorker).toMatchObject({ DATABASE_URL: 'postgresql://u:p@h/d', HOST_ID: 'host' });
  for (const name of [
    'AUTH_SIGNING_KEYS',
    'GITHUB_WEBHOOK_SECRET',
    'GITHUB_APP_PRIVATE_KEY_FILE',
  ]) {
    expect(Object.keys(hostWorker)).not.toContain(name);
  }
  const simulator = simulatorEnvironment(
    environment,
    { port: 6, runnerAddress: '172.17.0.1', runnerPort: 9, stateFile: 's', webhookUrl: 'w' },
    secrets,
  );
  expect(simulator).toMatchObject({
    SIMULATOR_WEBHOOK_SECRET: 'hook',
    SIMULATOR_APP_PRIVATE_KEY_FILE: join(folder.path, 'app-private-key.pem'),
  });
  expect(Object.keys(simulator)).not.toContain('DATABASE_URL');
  expect(Object.keys(simulator)).not.toContain('AUTH_SIGNING_KEYS');
});
