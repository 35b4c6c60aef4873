import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiWorld } from '../api.world.ts';
import { auditOf, login, makePerson, signIn } from './identity.world.ts';
import { sweepIdentity } from './sweep.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const DAY = 86_400_000;

it('removes what has been over for a day, once, and tells of it', async () => {
  const { username, userId } = await makePerson(world);
  for (let number = 0; number < 3; number += 1) await signIn(world, username);
  await login(world, username, 'wrong');
  const sessions = await world.records.session.findMany({ where: { userId } });
  const [ended, expired] = sessions.map(({ id }) => id);
  const change = (id: string | undefined, data: object) =>
    world.records.session.update({ where: { id: id ?? '' }, data });
  await change(ended, { endedAt: new Date(), endReason: 'signed_out' });
  await change(expired, { expiresAt: new Date() });

  expect(await sweepIdentity(world.records)).toBe(0);
  const later = new Date(Date.now() + DAY + 1_000);
  const live = sessions[2]?.id;
  await change(live, { expiresAt: new Date(later.getTime() + DAY) });
  const swept = await Promise.all(
    Array.from({ length: 3 }, () => sweepIdentity(world.records, later)),
  );
  expect(swept.reduce((sum, one) => sum + one, 0)).toBe(2);
  expect(await sweepIdentity(world.records, later)).toBe(0);
  const left = await world.records.session.findMany({ where: { userId } });
  expect(left.map(({ id }) => id)).toEqual([live]);
  expect(await world.records.refreshToken.count()).toBe(1);
  expect(await world.records.signInThrottle.count()).toBe(0);
  const told = await auditOf(world, 'session.swept');
  const total = told.reduce((sum, { details }) => sum + Number(details['sessions']), 0);
  expect(total).toBe(2);
});
