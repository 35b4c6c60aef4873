import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import { Store } from './store.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
  file = join(folder, 'inner', 'state.json');
});
afterEach(() => rm(folder, { recursive: true }));

const account = (id: number, login: string) => ({
  id,
  login,
  type: 'User' as const,
  installationId: id,
  createdAt: 0,
});

it('gives back what was written, for its owner only', async () => {
  const journal = new Journal(file);
  expect(journal.read()).toEqual([]);
  journal.rewrite([['account', 1, 'a']]);
  journal.append([['account', 2, null]]);
  journal.close();
  expect(new Journal(file).read()).toEqual([
    ['account', 1, 'a'],
    ['account', 2, null],
  ]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('leaves out a line that a killed process left half written, and only such', async () => {
  const journal = new Journal(file);
  journal.rewrite([['account', 1, 'a']]);
  journal.close();
  await appendFile(file, '["account",2,"b');
  expect(new Journal(file).read()).toEqual([['account', 1, 'a']]);
  await writeFile(file, 'not json\n["account",1,"a"]\n');
  expect(() => new Journal(file).read()).toThrow(/damaged at line 1/);
});

it('keeps what a store holds and has forgotten, and never gives an id twice', () => {
  const store = new Store(file);
  const first = store.nextId('account');
  store.accounts.put(account(first, 'one'));
  store.accounts.put(account(store.nextId('account'), 'two'));
  store.flush();
  store.accounts.delete(first);
  store.accounts.put(account(store.nextId('account'), 'three'));
  store.close();
  const again = new Store(file);
  expect([...again.accounts.values()].map(({ login }) => login)).toEqual(['two', 'three']);
  expect(again.nextId('account')).toBe(first + 3);
  again.close();
});

it('does not grow for ever', async () => {
  const store = new Store(file);
  for (let round = 0; round < 30_000; round += 1) {
    store.accounts.put(account(1, `name ${round}`));
    store.flush();
  }
  store.close();
  expect((await stat(file)).size).toBeLessThan(2_500_000);
  expect(new Store(file).accounts.get(1)?.login).toBe('name 29999');
});
