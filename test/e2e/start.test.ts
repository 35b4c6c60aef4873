import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessName } from '../../cli/start/process-table.ts';
import { projectRoot } from '../../config/root.ts';
import { type ApiJob, RunyardApi } from '../parts/runyard-api.ts';
import { SimulatedGithub } from '../parts/simulated-github.ts';
import { startSystem, type System } from '../system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem({ name: 'start' });
});
afterAll(() => system?.stop());

/** Runs one of the command line's programs to its end. */
async function run(
  program: string,
  args: string[],
  environment: NodeJS.ProcessEnv = {},
  input = '',
) {
  const child = spawn(process.execPath, [join(projectRoot(), 'cli', program), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

const runyard = (...args: string[]) =>
  run('runyard.mjs', args, { RUNYARD_DATA_DIR: system.dataDir });

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Runs one job to its end, and answers what Runyard has of it once all is recorded. */
async function runJob(repository: string) {
  const github = new SimulatedGithub(system.simulatorControl);
  const [job] = await github.queue(repository, [{ steps: [{ run: 'echo it-ran' }] }]);
  if (!job) throw new Error('The simulator made no job');
  const isRecorded = (one: ApiJob) =>
    one.status === 'completed' && one.removed_at !== null && one.container_started_at !== null;
  return new RunyardApi(system.api, system.token).until(job, isRecorded, 120);
}

describe('a system that npm start has brought up', () => {
  it('serves the dashboard, and Temporal its own', async () => {
    const page = await fetch(system.endpoints.dashboard);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>');
    expect((await fetch(system.endpoints.temporal_ui ?? '')).status).toBe(200);
  });

  it('keeps its secrets from others, and out of what it prints and tells', async () => {
    expect((await stat(system.dataDir)).mode & 0o777).toBe(0o700);
    const secrets = [
      'admin-token',
      'webhook-secret',
      'payload-keys',
      'database-password',
      'database-application-password',
      'audit-signing-keys',
      'auth-signing-keys',
    ];
    for (const name of [...secrets, 'database-url', 'app-private-key.pem', 'processes.json']) {
      expect((await stat(join(system.dataDir, name))).mode & 0o777, name).toBe(0o600);
    }
    const printed = await system.logs();
    const told = await readFile(join(system.dataDir, 'endpoints.json'), 'utf8');
    for (const name of secrets) {
      const secret = (await readFile(join(system.dataDir, name), 'utf8')).trim();
      expect(told.includes(secret), name).toBe(false);
      expect(printed.includes(secret), name).toBe(false);
    }
    // the first administrator's password is shown once, and kept nowhere
    const [, password = ''] = /Password +(\S+)/.exec(printed) ?? [];
    expect(password).toMatch(/^[a-z2-9]{6}(-[a-z2-9]{6}){3}$/);
    expect(printed.split(password)).toHaveLength(2);
    for (const [name, pid] of Object.entries(await system.processes())) {
      if (name === 'supervisor') continue;
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      expect(line).not.toMatch(/token|password|secret/i);
    }
  });

  it('runs a job, and the command line tells of it', async () => {
    const job = await runJob('acme/started');
    expect(job).toMatchObject({ status: 'completed', conclusion: 'success' });
    const list = await runyard('jobs', 'list', '--repository', 'acme/started', '--json');
    expect(JSON.parse(list.output).items).toMatchObject([{ id: job.id, status: 'completed' }]);
    expect((await runyard('jobs', 'show', job.id)).output).toContain('container_started');
    expect((await runyard('jobs', 'logs', job.id)).output).toContain('it-ran');
    expect((await runyard('jobs', 'logs', '-f', job.id)).output).toContain('it-ran');
    expect((await runyard('jobs', 'retry', job.id)).code).toBe(6);
    expect((await runyard('jobs', 'show', '1-1')).code).toBe(3);
    expect((await runyard('hosts', 'show', system.hostId)).output).toContain('active');
    expect((await runyard('jobs', 'list', '--token', 'wrong')).code).toBe(5);
  });

  it('lets people in by the command line, and back in who is locked out', async () => {
    const home = await mkdtemp(join(tmpdir(), 'runyard-home-'));
    const at = { RUNYARD_URL: system.api, HOME: home, XDG_CONFIG_HOME: home };
    const elsewhere = (args: string[], input = '') => run('runyard.mjs', args, at, input);
    try {
      const made = await runyard('users', 'create', 'jane', '--role', 'operator', '--json');
      const { initial_password: password } = JSON.parse(made.output) as Record<string, string>;
      expect((await elsewhere(['jobs', 'list'])).code).toBe(5);
      const login = ['login', '-u', 'jane', '--password-stdin'];
      expect((await elsewhere(login, 'wrong')).code).toBe(5);
      const signedIn = await elsewhere(login, `${password}\n`);
      expect([signedIn.code, signedIn.output]).toEqual([0, expect.stringContaining('as jane')]);
      const file = join(home, 'runyard', 'credentials.json');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await elsewhere(['jobs', 'list'])).code).toBe(0);
      expect((await elsewhere(['users', 'list'])).code).toBe(5);
      const token = await elsewhere(['tokens', 'create', 'ci', '--permission', 'jobs:read']);
      expect(token.output).toMatch(/^ryt_/);
      expect((await elsewhere(['tokens', 'list'])).output).toContain('jobs:read');
      expect((await elsewhere(['logout'])).code).toBe(0);
      expect((await elsewhere(['jobs', 'list'])).code).toBe(5);
      expect((await runyard('users', 'update', 'jane', '--deactivate')).output).toContain('no');

      const rescued = await runyard('users', 'create-admin', 'jane', '--json');
      const rescue = JSON.parse(rescued.output) as Record<string, string>;
      expect(rescue['outcome']).toBe('updated');
      expect((await elsewhere(login, rescue['password'])).code).toBe(0);
      expect((await elsewhere(['users', 'list'])).output).toMatch(/jane .*admin/);
      expect((await runyard('users', 'delete', 'jane')).code).toBe(0);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it('is found healthy by the doctor', async () => {
    const { code, output } = await runyard('doctor', '--json');
    const { findings } = JSON.parse(output) as { findings: { check: string; state: string }[] };
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'API',
        'Database',
        'Temporal',
        'Fairness',
        'Docker',
        'Hosts',
        'GitHub',
      ]),
    );
    expect(code).toBe(0);
  });

  it('lets nobody else work on its data folder', async () => {
    const { code, output } = await run('start.mjs', [], { RUNYARD_DATA_DIR: system.dataDir });
    expect(code).toBe(3);
    expect(output).toContain(`already works on ${system.dataDir}`);
    expect(output).toContain('RUNYARD_DATA_DIR');
  });

  it('brings every process back that is killed, on the same ports', async () => {
    const before = system.endpoints;
    const names: ProcessName[] = [
      'postgres',
      'temporal',
      'simulator',
      'api',
      'control_worker',
      'host_worker',
    ];
    for (const name of names) {
      const pid = await system.kill(name);
      expect(await system.restarted(name, pid)).not.toBe(pid);
    }
    expect(await runJob('acme/after-kills')).toMatchObject({ status: 'completed' });
    expect(JSON.parse(await readFile(join(system.dataDir, 'endpoints.json'), 'utf8'))).toEqual(
      before,
    );
  });

  it('goes on with the same data after its supervisor was killed', async () => {
    const before = { ...(await system.processes()) };
    const endpoints = system.endpoints;
    await system.kill('supervisor');
    await system.halt();
    await system.resume();
    expect(system.endpoints).toEqual(endpoints);
    for (const pid of Object.values(before)) expect(isAlive(pid)).toBe(false);
    const list = await runyard('jobs', 'list', '--repository', 'acme/started', '--json');
    expect(JSON.parse(list.output).items).toHaveLength(1);
    expect(await runJob('acme/resumed')).toMatchObject({ status: 'completed' });
  });

  it('stops cleanly, and continues when it is started again', async () => {
    const before = { ...(await system.processes()) };
    expect(await system.halt()).toBe(0);
    expect(await system.logs()).not.toContain('was killed');
    for (const pid of Object.values(before)) expect(isAlive(pid)).toBe(false);
    expect((await runyard('jobs', 'list')).code).toBe(4);
    expect(await readdir(system.dataDir)).not.toContain('endpoints.json');
    await system.resume();
    const list = await runyard('jobs', 'list', '--json');
    expect(JSON.parse(list.output).items.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a start that cannot succeed says why', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runyard-refused-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const start = (settings: Record<string, string>) =>
    run('start.mjs', [], { RUNYARD_DATA_DIR: folder, ...settings });

  it('a port that was asked for is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, output } = await start({ PORT: String(port), TEMPORAL_UI_PORT: '0' });
    server.close();
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} is taken`);
    expect(output).toContain('set PORT to a free port');
  });

  it('settings are wrong: all of them at once', async () => {
    const { code, output } = await start({ PORT: 'x', LOG_LEVEL: 'loud', RUN_TIMEOUT: 'long' });
    expect(code).toBe(2);
    for (const name of ['PORT', 'LOG_LEVEL', 'RUN_TIMEOUT']) expect(output).toContain(`- ${name}`);
  });

  it('production lacks its secrets: all of them at once', async () => {
    const { code, output } = await start({ NODE_ENV: 'production' });
    expect(code).toBe(2);
    for (const name of [
      'DATABASE_URL',
      'GITHUB_APP_ID',
      'GITHUB_APP_PRIVATE_KEY',
      'GITHUB_WEBHOOK_SECRET',
      'AUTH_SIGNING_KEYS',
      'PAYLOAD_ENCRYPTION_KEYS',
    ]) {
      expect(output).toContain(`- ${name} `);
    }
  });
});

it('shows the sample jobs as they end', async () => {
  const demo = await startSystem({ name: 'demo', settings: { SAMPLE_JOBS: 'true' } });
  try {
    const output = await demo.printed((text) => text.includes('All sample jobs have ended'));
    expect(output.match(/✓ acme\/(storefront|payments) · [a-z ]+: success/g)).toHaveLength(5);
  } finally {
    await demo.stop();
  }
});
