import { z } from 'zod';
import type { Principal } from '../../domain/principal.ts';
import type { Database } from '../../prisma/client.ts';
import type { RegistrationWhereInput } from '../../prisma/generated/models/Registration.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { RegistrationPage, RegistrationQuery } from '../schemas/registration.ts';
import { toRegistration } from '../views/registration-view.ts';
import { visibleTo } from './find-registration.ts';

const cursorSchema = z.tuple([
  z.iso.datetime().refine((text) => new Date(text).getTime() >= 0),
  z.uuid(),
]);

/** One page of the runners that somebody may see, the latest first. */
export async function listRegistrations(
  database: Database,
  principal: Principal,
  query: RegistrationQuery,
): Promise<RegistrationPage> {
  const { limit = 50, cursor, team, status } = query;
  const rows = await database.registration.findMany({
    where: {
      AND: [
        visibleTo(principal),
        team === undefined ? {} : { team },
        status ? { status: { in: status } } : { removedAt: null },
        cursor === undefined ? {} : after(cursor),
      ],
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toRegistration),
    next_cursor:
      rows.length > limit && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
  };
}

function after(cursor: string): RegistrationWhereInput {
  const [at, id] = decodeCursor(cursorSchema, cursor);
  const createdAt = new Date(at);
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { gt: id } }] };
}
