import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProvisionedRunner, Registration } from '../../api/schemas/registration.ts';
import { runyard as runCommand } from '../../cli/runyard.ts';
import { FakeRunner } from '../../simulator/runner/fake-runner.world.ts';
import { readDatabase, readHistories, readLogs } from '../parts/exposed-places.ts';
import { AUDIENCE, IdentityProvider } from '../parts/identity-provider.ts';
import { RunyardApi } from '../parts/runyard-api.ts';
import { findSecrets } from '../parts/secret-search.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';
import { eventually } from '../setup/eventually.ts';

const RUNNERS = '/api/v1/runners';

let provider: IdentityProvider;
let bed: Testbed;
/** A member of the team blue, whose runners belong to the organization blue. */
let ada: RunyardApi & { token: string };
/** A member of the team red, whose runners belong to one repository. */
let eve: RunyardApi & { token: string };
/** Everything that was shown once. */
const credentials: string[] = [];

beforeAll(async () => {
  provider = await IdentityProvider.start();
  bed = await startTestbed('token-service', {
    OIDC_ISSUERS: JSON.stringify([
      { id: 'acme', name: 'Acme', issuer: provider.issuer, audience: AUDIENCE },
    ]),
    REGISTRATION_POLL_PENDING: '1s',
    REGISTRATION_POLL_ONLINE: '1s',
    REGISTRATION_POLL_BUSY: '1s',
    WRITE_RATE_LIMIT: '10000',
  });
  for (const login of ['blue', 'crimson']) {
    await bed.github.call('POST', '/organizations', { login });
  }
  await bed.github.call('POST', '/repositories', { full_name: 'crimson/web' });
  await administer('teams create blue --target blue');
  await administer('teams create red --target crimson/web');
  for (const team of ['blue', 'red']) {
    await administer(
      `teams add-member ${team} ${team}s --kind claim --claim groups --issuer ${provider.issuer}`,
    );
    await administer(`policies set team:${team} --allow gpu-*,small --deny gpu-secret`);
  }
  ada = await member('ada', 'blues');
  eve = await member('eve', 'reds');
});
afterAll(async () => {
  await bed?.system.stop();
  await provider?.stop();
});

async function member(subject: string, group: string) {
  const token = await provider.sign({ sub: subject, name: subject, groups: [group] });
  return Object.assign(new RunyardApi(bed.system.api, token), { token });
}

/** Runs the command line; fails unless it does what it is asked to. */
async function command(token: string, args: string[]) {
  let out = '';
  let error = '';
  const code = await runCommand(
    args,
    { RUNYARD_URL: bed.system.api, RUNYARD_TOKEN: token },
    { out: (text) => (out += text), error: (text) => (error += text) },
  );
  expect([code, error]).toEqual([0, error]);
  return { out, error };
}

const administer = (line: string) => command(bed.system.token, line.split(' '));

async function answered<Body>(response: Promise<Response>, status: number): Promise<Body> {
  const answer = await response;
  const text = await answer.text();
  expect([answer.status, text]).toEqual([status, text]);
  return (text === '' ? null : JSON.parse(text)) as Body;
}

async function provision(who: RunyardApi, fields: object = {}): Promise<ProvisionedRunner> {
  const name = `mine-${randomUUID().slice(0, 8)}`;
  const body = { runner_name: name, labels: ['gpu-a'], ...fields };
  const made = await answered<ProvisionedRunner>(
    who.request('POST', `${RUNNERS}/provision`, body),
    201,
  );
  for (const secret of [made.jit_config, made.registration_token]) {
    if (secret) credentials.push(secret);
  }
  return made;
}

/** What `config.sh` does with the command's arguments, on somebody's machine. */
async function configure(runner: ProvisionedRunner, more: { labels?: string[] } = {}) {
  const argv = runner.config_command?.split(' ') ?? [];
  const option = (name: string) => argv[argv.indexOf(name) + 1] ?? '';
  return bed.github.call<{ id: number; name: string }>('POST', '/runners', {
    token: option('--token'),
    name: option('--name'),
    labels: [...option('--labels').split(','), ...(more.labels ?? [])],
    ephemeral: argv.includes('--ephemeral'),
  });
}

const online = (runner: { id: number }) =>
  bed.github.call('POST', `/runners/${runner.id}/online`, {});

const registration = (who: RunyardApi, name: string) => who.get<Registration>(`${RUNNERS}/${name}`);

const statusOf = (who: RunyardApi, name: string) =>
  eventually(async () => (await registration(who, name)).status);

const atGithub = async (name: string) =>
  (await bed.github.runners()).some((runner) => runner.name === name);

describe('a runner by JIT configuration', () => {
  it('is given by the command line, comes online, serves one job, and is gone', async () => {
    const name = 'adas-machine';
    const { out, error } = await command(ada.token, [
      'runners',
      'provision',
      name,
      '--label',
      'gpu-a,small',
    ]);
    expect(error).toContain('shown once');
    const jitConfig = out.trim();
    credentials.push(jitConfig);
    expect(error).not.toContain(jitConfig);
    const runner = await FakeRunner.connect(jitConfig);
    await statusOf(ada, name).toBe('idle');
    expect(await registration(ada, name)).toMatchObject({
      target: 'blue',
      team: 'blue',
      owner: `oidc:${provider.issuer}#ada`,
      labels: ['self-hosted', 'gpu-a', 'small'],
      flagged: false,
    });

    const [job] = await bed.github.queue('blue/web', [{ labels: ['self-hosted', 'GPU-A'] }]);
    if (!job) throw new Error('no job');
    await runner.hear('job');
    runner.say(`accept ${job.id}`);
    await statusOf(ada, name).toBe('busy');
    const problem = await answered<{ code: string }>(
      ada.request('DELETE', `${RUNNERS}/${name}`),
      409,
    );
    expect(problem.code).toBe('runner_busy');
    await answered(ada.request('DELETE', `${RUNNERS}/${name}?force=true`), 403);

    runner.say(`result ${job.id} Succeeded`);
    await runner.hear('goodbye');
    runner.vanish();
    await statusOf(ada, name).toBe('deleted');
    expect(await atGithub(name)).toBe(false);
    expect((await command(ada.token, ['runners', 'list'])).out).toBe('No runners\n');
  });
});

describe('a runner by registration token', () => {
  it('is configured by the command that came with it, and deleted', async () => {
    const made = await provision(eve, { mode: 'registration_token', labels: ['small'] });
    expect(made).toMatchObject({ target: 'crimson/web', team: 'red' });
    await online(await configure(made));
    await statusOf(eve, made.name).toBe('idle');
    const shown = (await command(eve.token, ['runners', 'refresh', made.name])).out;
    expect(shown).toMatch(/Status +idle/);
    await answered(eve.request('DELETE', `${RUNNERS}/${made.name}`), 204);
    expect(await atGithub(made.name)).toBe(false);
    await answered(eve.request('DELETE', `${RUNNERS}/${made.name}`), 204);
    expect(await registration(eve, made.name)).toMatchObject({ status: 'deleted' });
  });

  it('is removed and flagged when it comes with labels that were not granted', async () => {
    const made = await provision(ada, { mode: 'registration_token', labels: ['small'] });
    await online(await configure(made, { labels: ['production'] }));
    await eventually(async () => (await registration(ada, made.name)).flagged).toBe(true);
    await eventually(() => atGithub(made.name)).toBe(false);
    expect((await registration(ada, made.name)).flag_reason).toContain('production');
    const { items } = await bed.runyard.get<{ items: { resource: { id: string } }[] }>(
      '/api/v1/admin/security-events?type=security.labels_exceeded',
    );
    expect(items.map(({ resource }) => resource.id)).toEqual([made.id]);
  });
});

describe('policies', () => {
  it('are refused by name, and probing them is a security event', async () => {
    const body = { runner_name: 'greedy', labels: ['gpu-a', 'gpu-secret', 'production'] };
    const problem = await answered<{ code: string; errors: { path: string }[] }>(
      ada.request('POST', `${RUNNERS}/provision`, body),
      403,
    );
    expect(problem.code).toBe('label_policy');
    expect(problem.errors.map(({ path }) => path)).toEqual(['labels.1', 'labels.2']);
    const subject = encodeURIComponent(`oidc:${provider.issuer}#ada`);
    const { items } = await bed.runyard.get<{ items: { type: string }[] }>(
      `/api/v1/admin/security-events?subject=${subject}&type=label_policy.refused`,
    );
    expect(items).toHaveLength(1);
    await answered(ada.request('GET', '/api/v1/admin/security-events'), 403);
  });
});

describe('isolation', () => {
  it('hides a team’s runners from everybody else', async () => {
    const { name } = await provision(ada);
    await answered(ada.request('GET', `${RUNNERS}/${name}`), 200);
    await answered(eve.request('GET', `${RUNNERS}/${name}`), 404);
    await answered(eve.request('POST', `${RUNNERS}/${name}/refresh`), 404);
    await answered(eve.request('DELETE', `${RUNNERS}/${name}`), 404);
    expect((await eve.get<{ items: unknown[] }>(RUNNERS)).items).toEqual([]);
    const stranger = await member('mallory', 'nobodies');
    await answered(stranger.request('GET', `${RUNNERS}/${name}`), 404);
    const body = { runner_name: 'mine', labels: [] };
    await answered(
      stranger.request('POST', `${RUNNERS}/provision`, { ...body, target: 'blue' }),
      403,
    );
    await answered(bed.runyard.request('DELETE', `${RUNNERS}/${name}`), 204);
  });
});

describe('quotas', () => {
  it('50 requests at once against 10 runners give 10 runners at GitHub', async () => {
    await administer('policies set team:red --allow small --max-runners 10');
    const before = (await bed.github.runners()).length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        eve.request('POST', `${RUNNERS}/provision`, {
          runner_name: `burst-${index}`,
          labels: ['small'],
        }),
      ),
    );
    const count = (status: number) => answers.filter((one) => one.status === status).length;
    expect([count(201), count(403)]).toEqual([10, 40]);
    expect((await bed.github.runners()).length - before).toBe(10);
    for (const answer of answers) {
      if (answer.status !== 201) continue;
      const { jit_config: jit } = (await answer.json()) as ProvisionedRunner;
      if (jit) credentials.push(jit);
    }
  });
});

it('no credential that was shown stands in a history, the database or a log', async () => {
  const histories = await readHistories(bed.system);
  const places = {
    ...Object.fromEntries(Object.entries(histories).map(([name, one]) => [name, one.content])),
    ...(await readDatabase(bed.system)),
    ...(await readLogs(bed.system)),
  };
  expect(credentials.length).toBeGreaterThan(12);
  expect(Object.keys(histories).some((name) => name.includes('registration/'))).toBe(true);
  const secrets = Object.fromEntries(credentials.map((one, index) => [`credential ${index}`, one]));
  expect(findSecrets(secrets, places)).toEqual([]);
});
