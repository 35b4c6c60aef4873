import type { Database } from '../../prisma/client.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * All names under which events may tell of somebody.
 *
 * @param id - an actor's id such as `user:anna` or `oidc:<issuer>#<subject>`, a username, or a user's id
 */
export async function namesOf(database: Database, id: string): Promise<string[]> {
  const username = id.replace(/^user:/, '');
  const user = await database.user.findFirst({
    where: UUID.test(id) ? { id: id.toLowerCase() } : { username },
    select: { id: true, username: true },
  });
  const known = user ? [user.id, user.username, `user:${user.username}`] : [];
  return [...new Set([id, `user:${username}`, ...known])];
}
