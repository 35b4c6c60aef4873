import type { Principal } from '../../domain/principal.ts';
import type { Database } from '../../prisma/client.ts';
import type {
  RegistrationModel,
  RegistrationWhereInput,
} from '../../prisma/generated/models/Registration.ts';
import { ConflictError, NotFoundError } from '../errors.ts';

/** What somebody may see: their own runners and their teams', or all. */
export function visibleTo({ id, scope, teams }: Principal): RegistrationWhereInput {
  return scope === 'all' ? {} : { OR: [{ owner: id }, { team: { in: [...teams] } }] };
}

/** Runners of one name that are looked through; live ones come first. */
const MOST = 20;

/**
 * A runner by its name or id: the live one, else the last one of that name.
 *
 * @param target - of several live ones, that at this target
 * @throws NotFoundError also for a runner that is somebody else's; ConflictError where several are meant
 */
export async function findRegistration(
  database: Database,
  principal: Principal,
  name: string,
  target?: string,
): Promise<RegistrationModel> {
  const seesAll = principal.scope === 'all';
  const ids = await database.$queryRaw<{ id: string }[]>`
    SELECT id FROM registrations
    WHERE (lower(name) = lower(${name}) OR id::text = lower(${name}))
      AND (${target ?? null}::text IS NULL OR lower(target) = lower(${target ?? null}))
      AND (${seesAll} OR owner = ${principal.id} OR team = ANY (${[...principal.teams]}::text[]))
    ORDER BY removed_at IS NULL DESC, created_at DESC, id LIMIT ${MOST}`;
  const rows = await database.registration.findMany({
    where: { id: { in: ids.map(({ id }) => id) } },
  });
  const live = rows.filter((row) => row.removedAt === null);
  const first = rows.find(({ id }) => id === ids[0]?.id);
  if (!first) throw new NotFoundError(`runner ${name} of yours`);
  const exact = rows.find(({ id }) => id === name.toLowerCase());
  if (exact) return exact;
  if (live.length > 1) {
    const places = live.map((row) => row.target).join(', ');
    throw new ConflictError(
      'ambiguous_name',
      `Runners named ${name} are live at ${places}: add ?target=, or take the id instead of the name`,
    );
  }
  return first;
}
