import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ProvisionedRunner, Registration } from '../../api/schemas/registration.ts';
import { FakeRunner } from '../../simulator/runner/fake-runner.world.ts';
import { MINT } from '../parts/simulated-github.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';
import { eventually } from '../setup/eventually.ts';

const RUNNERS = '/api/v1/runners';
const target = 'acme/web';

let bed: Testbed;
beforeAll(async () => {
  bed = await startTestbed('registration-crashes', {
    REGISTRATION_PROVISION_TIMEOUT: '90s',
    REGISTRATION_POLL_PENDING: '1s',
    REGISTRATION_POLL_ONLINE: '1s',
    REGISTRATION_POLL_BUSY: '1s',
  });
  await bed.github.call('POST', '/repositories', { full_name: target });
});
afterAll(() => bed?.system.stop());

async function provision(name: string, more: object): Promise<ProvisionedRunner> {
  const answer = await bed.runyard.request('POST', `${RUNNERS}/provision`, {
    ...{ runner_name: name, labels: ['gpu'], target },
    ...more,
  });
  const text = await answer.text();
  expect([answer.status, text]).toEqual([201, text]);
  return JSON.parse(text) as ProvisionedRunner;
}

const registration = (name: string) => bed.runyard.get<Registration>(`${RUNNERS}/${name}`);
const atGithub = async (name: string) =>
  (await bed.github.runners()).filter((runner) => runner.name === name);
/** Resolves with the control worker killed, and another one there. */
async function killControlWorker(): Promise<void> {
  const pid = await bed.system.kill('control_worker', 'SIGKILL');
  await bed.system.restarted('control_worker', pid);
}

it('a configuration that GitHub made while the control worker was killed is made anew', async () => {
  const name = 'killed-while-registered';
  await bed.github.fault({ ...MINT, kind: 'hang_after' });
  const provisioning = provision(name, {});
  await eventually(async () => (await atGithub(name)).length).toBe(1);
  const [lost] = await atGithub(name);
  await killControlWorker();
  const { jit_config: config } = await provisioning;
  const runners = await atGithub(name);
  expect(runners).toHaveLength(1);
  expect(runners[0]?.id).not.toBe(lost?.id);
  const runner = await FakeRunner.connect(config ?? '');
  await eventually(async () => (await registration(name)).status).toBe('idle');
  runner.say('bye');
  runner.vanish();
});

it('a runner that went too far is removed and flagged once, whoever was killed over it', async () => {
  const name = 'killed-while-removed';
  const { registration_token: token } = await provision(name, {
    mode: 'registration_token',
    ephemeral: false,
  });
  // carried out, and never answered
  const route = '/repos/*/*/actions/runners/*';
  await bed.github.fault({ kind: 'hang_after', method: 'DELETE', route });
  await bed.github.call('POST', '/runners', { token, name, labels: ['gpu', 'production'] });
  await eventually(async () => (await registration(name)).flagged).toBe(true);
  await eventually(async () => (await atGithub(name)).length).toBe(0);
  await killControlWorker();
  await eventually(async () => (await registration(name)).status).toBe('pending');
  expect(await registration(name)).toMatchObject({
    flagged: true,
    flag_reason: expect.stringContaining('production'),
  });
  const events = await bed.runyard.get<{ items: { resource: { id: string } | null }[] }>(
    '/api/v1/admin/security-events?type=security.labels_exceeded',
  );
  const { id } = await registration(name);
  expect(events.items.filter(({ resource }) => resource?.id === id)).toHaveLength(1);
  await bed.runyard.request('DELETE', `${RUNNERS}/${name}`);
  expect((await registration(name)).status).toBe('deleted');
});
