import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answered,
  given,
  provision,
  RUNNERS,
  TokenServiceWorld,
  unique,
} from '../../registrations/token-service.world.ts';
import type { Problem } from '../../schemas/problem.ts';
import type { ProvisionedRunner } from '../../schemas/registration.ts';

let world: TokenServiceWorld;
beforeAll(async () => {
  world = await TokenServiceWorld.start();
});
afterAll(() => world?.stop());

describe('provisioning', () => {
  it('answers a JIT configuration once, and keeps it nowhere', async () => {
    const ada = await world.member();
    const response = await provision(ada, { runner_name: 'Ada.1_x' });
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const runner = (await response.json()) as ProvisionedRunner;
    expect(runner).toMatchObject({
      name: 'Ada.1_x',
      target: 'acme',
      team: ada.team,
      mode: 'jit',
      status: 'pending',
      labels: ['self-hosted', 'linux', 'gpu-a'],
      runner_group: 'Default',
      ephemeral: true,
      jit_config: world.github.credentials.at(-1),
    });
    expect(runner).not.toHaveProperty('registration_token');
    expect(Date.parse(runner.expires_at)).toBeGreaterThan(Date.now());
    expect(world.github.runner('Ada.1_x').labels).toEqual(['self-hosted', 'linux', 'gpu-a']);
    expect(await world.eventsBy(ada)).toMatchObject([
      {
        type: 'registration.provisioned',
        outcome: 'success',
        resource: { type: 'registration', id: runner.id },
        details: { name: 'Ada.1_x', target: 'acme', team: ada.team, mode: 'jit' },
      },
    ]);
  });

  it('answers a registration token with the command that uses it', async () => {
    const ada = await world.member();
    const name = unique();
    const runner = await given(ada, {
      runner_name: name,
      mode: 'registration_token',
      labels: ['gpu-a', 'with space'],
    });
    const token = world.github.credentials.at(-1);
    expect(runner).toMatchObject({
      registration_token: token,
      config_command:
        `./config.sh --url https://github.com/acme --token ${token} --name ${name} ` +
        `--labels 'self-hosted,gpu-a,with space' --runnergroup Default --ephemeral --unattended`,
    });
    expect(runner).not.toHaveProperty('jit_config');
  });

  it('stores no credential in database or history', async () => {
    const ada = await world.member();
    const key = randomUUID();
    await provision(ada, {}, { 'Idempotency-Key': key });
    await provision(ada, { mode: 'registration_token' }, { 'Idempotency-Key': randomUUID() });
    const dump = await world.api.testDatabase.owner.$queryRaw<{ text: string }[]>`
      SELECT row_to_json(r)::text AS text FROM registrations r
      UNION ALL SELECT row_to_json(k)::text FROM idempotency_keys k
      UNION ALL SELECT content FROM audit_events
      UNION ALL SELECT content FROM audit_pending`;
    const rows = await world.registrations.findMany({ where: { owner: ada.account.id } });
    const histories = await Promise.all(
      rows.map(({ id }) => world.api.workflow(`registration/${id}`).fetchHistory()),
    );
    const everything =
      dump.map(({ text }) => text).join('\n') +
      histories.map((history) => readable(history)).join('\n');
    expect(everything).toContain(rows[0]?.name);
    for (const credential of world.github.credentials) expect(everything).not.toContain(credential);
  });

  it('is carried out once under an Idempotency-Key, whose repetition shows no secret', async () => {
    const ada = await world.member();
    const fields = { runner_name: unique() };
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await answered<ProvisionedRunner>(provision(ada, fields, headers), 201);
    const again = await provision(ada, fields, headers);
    expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([201, 'true']);
    expect(await again.json()).toEqual({ ...first, jit_config: null });
    const count = await world.registrations.count({ where: { owner: ada.account.id } });
    expect(count).toBe(1);
  });

  it('refuses the name of a live runner in whatever case, and takes it again once that is gone', async () => {
    const ada = await world.member();
    const { name } = await given(ada);
    const taken = await answered<Problem>(
      provision(await world.member(), { runner_name: name.toUpperCase() }),
      409,
    );
    expect(taken.code).toBe('name_taken');
    await answered(ada.send('DELETE', `${RUNNERS}/${name}`), 204);
    await given(ada, { runner_name: name });
  });

  it.each([
    [{ runner_name: 'x'.repeat(65) }, 'runner_name'],
    [{ runner_name: '-x' }, 'runner_name'],
    [{ runner_name: 'a b' }, 'runner_name'],
    [{ runner_name: 'ry-default-1' }, 'runner_name'],
    [{ runner_name: 'Allowance' }, 'runner_name'],
    [{ runner_name: 'provision' }, 'runner_name'],
    [{ labels: Array.from({ length: 101 }, (_, index) => `l${index}`) }, 'labels'],
    [{ labels: ['a,b'] }, 'labels.0'],
    [{ labels: ['x', ''] }, 'labels.1'],
    [{ labels: ['x'.repeat(257)] }, 'labels.0'],
    [{ labels: ['\u0000'] }, 'labels.0'],
    [{ labels: ['--replace'] }, 'labels.0'],
    [{ labels: 'linux' }, 'labels'],
    [{ labels: undefined }, 'labels'],
    [{ ephemeral: false }, 'ephemeral'],
    [{ ephemeral: 'yes' }, 'ephemeral'],
    [{ mode: 'magic' }, 'mode'],
    [{ target: 'acme/' }, 'target'],
    [{ target: 'https://github.com/acme' }, 'target'],
    [{ target: 'octo/web', runner_group: 'big' }, 'runner_group'],
    [{ name: 'x' }, ''],
  ])('refuses %j with the path of the field, and reserves nothing', async (fields, path) => {
    const ada = await world.member();
    const problem = await answered<Problem>(provision(ada, fields), 422);
    expect(problem.errors?.map((one) => one.path)).toContain(path);
    const count = await world.registrations.count({ where: { owner: ada.account.id } });
    expect(count).toBe(0);
  });

  it('is for those who may write runners', async () => {
    await answered(provision(await world.api.as('viewer')), 403);
    await answered(provision(await world.api.as('none')), 401);
  });
});

describe('teams and targets', () => {
  it('a member registers at the team’s target or its repositories, and nowhere else', async () => {
    const ada = await world.member();
    expect((await given(ada, { target: 'octo/web' })).target).toBe('octo/web');
    expect((await given(ada, { target: 'commons' })).target).toBe('commons');
    for (const target of ['octo', 'umbrella', 'acme/web']) {
      const problem = await answered<Problem>(provision(ada, { target }), 403);
      expect(problem.code).toBe('target_not_allowed');
    }
    expect((await world.eventsBy(ada)).map(({ type }) => type)).toContain('permission.denied');
  });

  it('somebody without a team has the targets that are open to everybody', async () => {
    const bob = await world.api.as({ role: 'operator', scope: 'teams' });
    expect(await given(bob)).toMatchObject({ target: 'commons', team: null });
    await answered(provision(bob, { target: 'acme' }), 403);
  });

  it('a team is named where there are several, and it must be one’s own', async () => {
    const [red, blue] = [unique('red'), unique('blue')];
    const ada = await world.memberOf(red, blue);
    const problem = await answered<Problem>(provision(ada), 422);
    expect(problem.errors?.[0]).toMatchObject({ path: 'team' });
    const named = await given(ada, { team: blue, target: 'commons' });
    expect(named.team).toBe(blue);
    expect((await given(ada, { team: null })).team).toBeNull();
    const other = await world.member();
    for (const team of [other.team, 'nobody-at-all']) {
      const refused = await answered<Problem>(provision(ada, { team }), 403);
      expect(refused.code).toBe('not_a_member');
    }
  });

  it('an administrator registers for any team, anywhere', async () => {
    const { team } = await world.member();
    expect(await given(world.admin, { team, target: 'umbrella' })).toMatchObject({ team });
    await answered(provision(world.admin, { team: 'nobody-at-all' }), 422);
  });
});

/** All that a history holds, its payloads decoded. */
function readable(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(readable).join('\n');
}
