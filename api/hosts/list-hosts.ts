import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Dependencies } from '../dependencies.ts';
import { NotFoundError } from '../errors.ts';
import type { paginationSchema } from '../schemas/common.ts';
import type { Host } from '../schemas/host.ts';
import { toHost } from '../views/host-view.ts';

type Parts = Pick<Dependencies, 'database' | 'settings'>;

const cursorSchema = z.tuple([z.string().max(200)]);

/** One page of hosts by id. */
export async function listHosts(
  { database, settings }: Parts,
  { limit = 50, cursor }: z.output<typeof paginationSchema>,
): Promise<{ items: Host[]; next_cursor: string | null }> {
  const rows = await database.host.findMany({
    where: cursor === undefined ? {} : { id: { gt: decodeCursor(cursorSchema, cursor)[0] } },
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  const now = new Date();
  const page = rows.slice(0, limit).map((row) => toHost(row, now, settings.HOST_TIMEOUT));
  const last = page.at(-1);
  return {
    items: page,
    next_cursor: rows.length > limit && last ? encodeCursor([last.id]) : null,
  };
}

/** @throws NotFoundError */
export async function getHost({ database, settings }: Parts, id: string): Promise<Host> {
  const row = /^[\w.-]{1,63}$/.test(id) ? await database.host.findUnique({ where: { id } }) : null;
  if (!row) throw new NotFoundError('such host');
  return toHost(row, new Date(), settings.HOST_TIMEOUT);
}
