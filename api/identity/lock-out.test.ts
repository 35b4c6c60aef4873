import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as passwordHash from '../../prisma/password-hash.ts';
import { ApiWorld } from '../api.world.ts';
import type { Problem } from '../schemas/problem.ts';
import { auditOf, login, makePerson, PASSWORD } from './identity.world.ts';

vi.mock('../../prisma/password-hash.ts', { spy: true });

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start({ TRUSTED_PROXIES: '127.0.0.1,10.1.0.0/16' });
});
beforeEach(async () => {
  await world.records.signInThrottle.deleteMany();
  vi.mocked(passwordHash.verifyPassword).mockClear();
});
afterAll(() => world.stop());

const statuses = (answers: Response[]) => answers.map(({ status }) => status);
const count = (answers: Response[], wanted: number) =>
  statuses(answers).filter((status) => status === wanted).length;

/** Tries one after the other, or all at once. */
async function guess(times: number, username: string, from: string, atOnce = false) {
  const tries = Array.from(
    { length: times },
    (_, number) => () => login(world, username, `guess ${number}`, { from }),
  );
  if (atOnce) return Promise.all(tries.map((attempt) => attempt()));
  const answers: Response[] = [];
  for (const attempt of tries) answers.push(await attempt());
  return answers;
}

/** As if so much time had gone by. */
const goBy = (seconds: number) =>
  world.records.$executeRaw`
    UPDATE sign_in_throttles SET
      locked_until = locked_until - ${seconds} * interval '1 second',
      last_failure_at = last_failure_at - ${seconds} * interval '1 second'`;

describe('an account', () => {
  it.each([false, true])('is locked after five failures (all at once: %s)', async (atOnce) => {
    const { username, userId } = await makePerson(world);
    const answers = await guess(10, username, '192.0.2.1', atOnce);
    expect(count(answers, 401)).toBe(5);
    expect(count(answers, 429)).toBe(5);
    // none of those refused was looked at
    expect(vi.mocked(passwordHash.verifyPassword)).toHaveBeenCalledTimes(5);
    const right = await login(world, username, PASSWORD, { from: '192.0.2.99' });
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(Number(right.headers.get('Retry-After'))).toBeLessThanOrEqual(30);
    expect(((await right.json()) as Problem).code).toBe('locked_out');
    const told = await auditOf(world, 'session.locked_out');
    expect(told.filter(({ resource }) => resource?.id === userId)).toMatchObject([
      { details: { of: 'account', username, failures: 5, seconds: 30 } },
    ]);
  });

  it('is locked twice as long after each further failure, and open in between', async () => {
    const { username } = await makePerson(world);
    await guess(5, username, '192.0.2.2');
    for (const seconds of [30, 60, 120, 240, 480, 900, 900]) {
      const locked = await login(world, username, PASSWORD, { from: '192.0.2.2' });
      const wait = Number(locked.headers.get('Retry-After'));
      expect(wait).toBeLessThanOrEqual(seconds);
      expect(wait).toBeGreaterThan(seconds - 20);
      await goBy(seconds);
      expect((await login(world, username, 'wrong', { from: '192.0.2.2' })).status).toBe(401);
    }
    await goBy(900);
    expect((await login(world, username, PASSWORD, { from: '192.0.2.2' })).status).toBe(200);
    // it starts afresh
    expect(statuses(await guess(4, username, '192.0.2.2'))).toEqual([401, 401, 401, 401]);
    expect((await login(world, username, PASSWORD, { from: '192.0.2.2' })).status).toBe(200);
  });

  it('is not told apart from one that does not exist', async () => {
    const { username } = await makePerson(world);
    const known = await guess(8, username, '192.0.2.3');
    const unknown = await guess(8, 'nobody-at-all', '192.0.2.4');
    const said = async (answers: Response[]) =>
      Promise.all(
        answers.map(async (answer) => {
          const { correlation_id: _, detail, ...problem } = (await answer.json()) as Problem;
          return { ...problem, detail: detail?.replace(/\d+ s/, 'n s') };
        }),
      );
    expect(await said(known)).toEqual(await said(unknown));
  });

  it('stays locked for another process, and after a restart', async () => {
    const { username } = await makePerson(world);
    await guess(5, username, '192.0.2.5');
    const other = await ApiWorld.start({ DATABASE_URL: world.testDatabase.url });
    try {
      expect((await login(other, username, PASSWORD)).status).toBe(429);
    } finally {
      await other.stop();
    }
  });

  it('is forgiven what lies a day back', async () => {
    const { username } = await makePerson(world);
    await guess(4, username, '192.0.2.6');
    await goBy(86_401);
    expect(statuses(await guess(4, username, '192.0.2.6'))).toEqual([401, 401, 401, 401]);
  });
});

describe('an address', () => {
  it('is locked after twenty failures, whatever the names; others are not', async () => {
    const tries = Array.from({ length: 30 }, (_, number) =>
      login(world, `name-${number}`, 'guess', { from: '198.51.100.1' }),
    );
    const answers = await Promise.all(tries);
    expect(count(answers, 401)).toBe(20);
    expect(count(answers, 429)).toBe(10);
    const { username } = await makePerson(world);
    expect((await login(world, username, PASSWORD, { from: '198.51.100.1' })).status).toBe(429);
    expect((await login(world, username, PASSWORD, { from: '198.51.100.2' })).status).toBe(200);
  });

  it('is not cleared by signing in between guesses', async () => {
    const { username } = await makePerson(world);
    let wrong = 0;
    for (let number = 0; number < 40; number += 1) {
      const mine = await login(world, username, PASSWORD, { from: '198.51.100.3' });
      const theirs = await login(world, `victim-${number}`, 'guess', { from: '198.51.100.3' });
      if (mine.status === 429 || theirs.status === 429) break;
      wrong += 1;
    }
    expect(wrong).toBeLessThanOrEqual(20);
  });

  it('of IPv6 is the network that one subscriber has', async () => {
    const tries = Array.from({ length: 25 }, (_, number) =>
      login(world, `six-${number}`, 'guess', { from: `2001:db8:1:2::${number}` }),
    );
    expect(count(await Promise.all(tries), 429)).toBe(5);
    const other = await login(world, 'six-x', 'guess', { from: '2001:db8:1:3::1' });
    expect(other.status).toBe(401);
  });

  it('can not be another one by saying so', async () => {
    const forged = Array.from({ length: 25 }, (_, number) =>
      login(world, `liar-${number}`, 'guess', {
        from: '198.51.100.9',
        headers: { 'X-Forwarded-For': `203.0.113.${number}` },
      }),
    );
    expect(count(await Promise.all(forged), 429)).toBe(5);
    const keys = (await world.records.signInThrottle.findMany()).map(({ key }) => key);
    expect(keys.filter((key) => key.startsWith('address'))).toEqual(['address 198.51.100.9']);
  });

  it('is what a trusted proxy says, and not what was told to the proxy', async () => {
    const through = (forwarded: string, name: string) =>
      login(world, name, 'guess', {
        from: '127.0.0.1',
        headers: { 'X-Forwarded-For': forwarded },
      });
    const tries = Array.from({ length: 25 }, (_, number) =>
      // the client made the first up, the proxies added the rest
      through(`203.0.113.${number}, 198.51.100.7, 10.1.2.3`, `far-${number}`),
    );
    expect(count(await Promise.all(tries), 429)).toBe(5);
    expect((await through('198.51.100.8', 'far-x')).status).toBe(401);
  });
});

it('takes the same work to refuse somebody, whoever is named', async () => {
  // not running: nothing but the sign-ins themselves sends statements
  const still = await ApiWorld.start({}, { running: false });
  try {
    const statements = countStatements(still);
    const good = await makePerson(still);
    const inactive = await makePerson(still);
    await still.records.user.update({ where: { id: inactive.userId }, data: { active: false } });
    const { username: without } = (await still.as('viewer')).account;
    const names = [good.username, 'nobody-here', inactive.username, without];
    await login(still, 'warm-up', 'wrong');
    const costs = [];
    for (const username of [...names, ...names.toReversed()]) {
      vi.mocked(passwordHash.verifyPassword).mockClear();
      const before = statements.length;
      expect((await login(still, username, 'wrong')).status).toBe(401);
      const { calls } = vi.mocked(passwordHash.verifyPassword).mock;
      const [, algorithm, version, parameters, salt] = calls[0]?.[0].split('$') ?? [];
      costs.push({
        hashes: calls.map(() => [algorithm, version, parameters, salt?.length]),
        statements: statements.slice(before),
      });
    }
    expect(costs[0]?.hashes).toEqual([['argon2id', 'v=19', 'm=19456,t=2,p=1', 22]]);
    for (const cost of costs) expect(cost).toEqual(costs[0]);
  } finally {
    await still.stop();
  }
});

/** Texts of the statements that the API sends, from here on. */
function countStatements(of: ApiWorld): string[] {
  const sent: string[] = [];
  const watched = new WeakSet();
  of.services.dependencies.connections.on('acquire', (client) => {
    if (watched.has(client)) return;
    watched.add(client);
    const query = client.query.bind(client) as (...parts: unknown[]) => unknown;
    Object.assign(client, {
      query: (...parts: unknown[]) => {
        const [first] = parts as [string | { text: string }];
        sent.push(typeof first === 'string' ? first : first.text);
        return query(...parts);
      },
    });
  });
  return sent;
}
