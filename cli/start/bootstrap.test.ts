import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { bootstrap } from './bootstrap.ts';
import { createAdministrator } from './create-administrator.ts';
import { DataFolder } from './data-folder.ts';

let database: TestDatabase;
let folder: DataFolder;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await DataFolder.open(await mkdtemp(join(tmpdir(), 'runyard-bootstrap-')));
});
afterEach(async () => {
  await database.drop();
  await rm(folder.path, { recursive: true });
});

it('makes one administrator, however many start at once, and none at the next start', async () => {
  const starts = await Promise.all([1, 2, 3].map(() => bootstrap(database.url, folder)));
  expect(starts.filter(({ made }) => made !== null)).toHaveLength(1);
  expect((await stat(join(folder.path, 'admin-token'))).mode & 0o777).toBe(0o600);
  expect((await bootstrap(database.url, folder)).made).toBeNull();
  const users = await database.database.user.findMany({ include: { apiTokens: true } });
  expect(users).toMatchObject([{ username: 'admin', role: 'admin', active: true }]);
  expect(users[0]?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(users[0]?.apiTokens).toHaveLength(1);
});

it('keeps a token valid that is from before there were users', async () => {
  await writeFile(join(folder.path, 'admin-token'), 'of-former-times\n');
  const { token, made } = await bootstrap(database.url, folder);
  expect([token, made?.username]).toEqual(['of-former-times', 'admin']);
  const kept = await database.database.apiToken.findFirstOrThrow();
  expect(kept).toMatchObject({ permissions: [], revokedAt: null });
  expect(JSON.stringify(kept)).not.toContain('of-former-times');
});

it('has no token where the users are another set-up’s', async () => {
  await createAdministrator({ DATABASE_URL: database.url }, 'Somebody');
  expect(await bootstrap(database.url, folder)).toEqual({ made: null, token: null });
});

it('lets an administrator in who is locked out, deactivated or demoted', async () => {
  const environment = { DATABASE_URL: database.url };
  const first = await createAdministrator(environment, 'jane');
  expect(first.outcome).toBe('created');
  const { user, signInThrottle } = database.database;
  const before = await user.update({
    where: { username: 'jane' },
    data: { active: false, role: 'viewer' },
  });
  await signInThrottle.create({
    data: { key: 'account jane', failures: 9, lastFailureAt: new Date() },
  });
  const second = await createAdministrator(environment, 'jane');
  expect(second.outcome).toBe('updated');
  expect(second.password).not.toBe(first.password);
  const after = await user.findUniqueOrThrow({ where: { username: 'jane' } });
  expect(after).toMatchObject({ active: true, role: 'admin', id: before.id });
  expect(after.passwordHash).not.toBe(before.passwordHash);
  expect(await signInThrottle.count()).toBe(0);
  await expect(createAdministrator(environment, 'no name')).rejects.toThrow('no user name');
});
