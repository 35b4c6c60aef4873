import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../config/log.ts';
import { connectDatabase } from '../prisma/client.ts';
import { type CuttableProxy, startCuttableProxy } from '../test/setup/cuttable-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { eventually } from '../test/setup/eventually.ts';
import { readLogPosition } from './log-chunks.ts';
import { RunnerLog } from './runner-log.ts';

const log = createLog('test', 'silent');
let test: TestDatabase;
let count = 0;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

/** A runner of its own for each test, and a way to open its log. */
async function runner(
  options: { secrets?: string[]; limit?: number; database?: TestDatabase['database'] } = {},
) {
  count += 1;
  const name = `ry-test-${count}`;
  await test.database.runner.create({
    data: { name, jobId: '1-1', repositoryId: 1, repository: 'a/b', pool: 'test' },
  });
  const open = async () =>
    new RunnerLog({
      database: options.database ?? test.database,
      log,
      runnerName: name,
      secrets: options.secrets ?? [],
      limit: options.limit ?? 1_000_000,
      position: await readLogPosition(test.database, name),
    });
  const rows = () =>
    test.database.runnerLogChunk.findMany({
      where: { runnerName: name },
      orderBy: { sequence: 'asc' },
    });
  const text = async () => (await rows()).map((row) => row.text).join('');
  const record = () => test.database.runner.findUniqueOrThrow({ where: { name } });
  return { open, rows, text, record };
}

const out = (text: string | Buffer, stream: 1 | 2 = 1) => ({ stream, bytes: Buffer.from(text) });

it('keeps both streams in order, with colours, and without what a text column refuses', async () => {
  const { open, text } = await runner();
  const kept = await open();
  await kept.write(out('\u001b[32mone\u001b[0m\n'));
  await kept.write(out('two\n', 2));
  await kept.write(out(Buffer.from([0x61, 0, 0x62, 0xff, 0x0a])));
  const euro = Buffer.from('€\n');
  await kept.write(out(euro.subarray(0, 2)));
  await kept.write(out(euro.subarray(2)));
  await kept.close();
  expect(await text()).toBe('\u001b[32mone\u001b[0m\ntwo\na\uFFFDb\uFFFD\n€\n');
});

it('takes secrets out even where they are cut, and between the lines of the other stream', async () => {
  const { open, text } = await runner({ secrets: ['top-secret-key'] });
  const kept = await open();
  await kept.write(out('key: top-sec'));
  await kept.write(out('meanwhile\n', 2));
  await kept.write(out('ret-key\n'));
  await kept.write(out('ends with top-sec'));
  await kept.close();
  expect(await text()).toBe('key: meanwhile\n***\nends with top-sec');
});

it('cuts at the limit, says so, and counts what it keeps', async () => {
  const { open, text, record, rows } = await runner({ limit: 100_000 });
  const kept = await open();
  await kept.write(out('é'.repeat(49_999)));
  expect(kept.full).toBe(false);
  await kept.write(out('x€uro'));
  expect(kept.full).toBe(true);
  await kept.write(out('more'));
  await kept.close();
  expect(await text()).toBe(`${'é'.repeat(49_999)}x\n[output beyond 100000 bytes is not kept]\n`);
  expect((await rows()).every((row) => Buffer.byteLength(row.text) <= 64 * 1024)).toBe(true);
  const bytes = Buffer.byteLength(await text());
  expect(await record()).toMatchObject({ logBytes: bytes, logTruncated: true });
  expect((await open()).full).toBe(true);
});

it('goes on where it stopped when the output is played again from its beginning', async () => {
  const { open, text, rows } = await runner({ secrets: ['secret-value'] });
  const first = await open();
  await first.write(out('before secret-value, then é'));
  await first.write(out(' and secret-'));
  first.restart();
  for (const piece of ['before secret-val', 'ue, then é and sec', 'ret-value; more']) {
    await first.write(out(piece));
  }
  await first.close();
  // and so in another process, which knows only what is in the database
  const second = await open();
  await second.write(out('before secret-value, then é and secret-value; more and end'));
  await second.close();
  expect(await text()).toBe('before ***, then é and ***; more and end');
  expect((await rows()).map(({ sequence }) => sequence)).toEqual([1, 2]);
});

it('writes a row before the output ends', async () => {
  const { open, rows } = await runner();
  const kept = await open();
  await kept.write(out('early\n'));
  await eventually(async () => (await rows()).length).toBe(1);
  await kept.close();
});

it('loses nothing while the database is away, and makes the source wait', async () => {
  const address = new URL(test.url);
  const proxy: CuttableProxy = await startCuttableProxy({ port: Number(address.port) });
  address.port = proxy.address.split(':')[1] as string;
  const database = connectDatabase(address.href, 2);
  try {
    const { open, text } = await runner({ database, limit: 4_000_000 });
    const kept = await open();
    await kept.write(out('begin\n'));
    await eventually(text).toBe('begin\n');
    proxy.cut();
    const line = `${'x'.repeat(1_023)}\n`;
    let written = 0;
    const writing = (async () => {
      for (; written < 3_000; written += 1) await kept.write(out(line));
    })();
    await eventually(() => written).toBeGreaterThan(1_000);
    expect(written).toBeLessThan(1_200);
    proxy.restore();
    await writing;
    await kept.close();
    expect(await text()).toBe(`begin\n${line.repeat(3_000)}`);
  } finally {
    await database.$disconnect();
    await proxy.close();
  }
});
