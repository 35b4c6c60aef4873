import { expect, it } from 'vitest';
import { loadSettings } from '../../config/load.ts';
import { describeEndpoints } from './endpoints.ts';

const PORTS = {
  api: 3001,
  temporalUi: 8233,
  temporal: 7233,
  temporalMetrics: 4,
  postgres: 5,
  simulator: 6,
  controlMetrics: 7,
  hostMetrics: 8,
};

const describe_ = (environment: NodeJS.ProcessEnv, simulated = true) =>
  describeEndpoints({
    settings: loadSettings(environment).settings,
    ports: PORTS,
    simulated,
    databaseUrl: 'postgresql://u:secret@127.0.0.1:5/runyard?password=secret',
  });

it('tells where everything is, without the password of the database', () => {
  const endpoints = describe_({});
  expect(endpoints).toMatchObject({
    api: 'http://127.0.0.1:3001',
    temporal_ui: 'http://127.0.0.1:8233',
    temporal: '127.0.0.1:7233',
    simulator_control: 'http://127.0.0.1:6/_control',
  });
  expect(JSON.stringify(endpoints)).not.toContain('secret');
});

it('leaves out what is not started here', () => {
  const endpoints = describe_({ TEMPORAL_ADDRESS: 'temporal:7233' }, false);
  expect(endpoints.temporal).toBe('temporal:7233');
  expect(Object.keys(endpoints)).not.toContain('temporal_ui');
  expect(Object.keys(endpoints)).not.toContain('simulator');
});

it.each([
  ['0.0.0.0', 'http://127.0.0.1:3001'],
  ['::', 'http://127.0.0.1:3001'],
  ['::1', 'http://[::1]:3001'],
  ['10.0.0.7', 'http://10.0.0.7:3001'],
])('is reached by an address that can be opened when bound to %s', (address, api) => {
  expect(describe_({ BIND_ADDRESS: address }).api).toBe(api);
});
