import type { Context } from 'hono';
import type { Principal } from '../domain/principal.ts';
import { Prisma } from '../prisma/generated/client.ts';
import type { JobWhereInput } from '../prisma/generated/models/Job.ts';
import type { ApiEnvironment } from './environment.ts';
import { NotSignedInError } from './errors.ts';

/**
 * What somebody may see. Whatever reads or changes jobs takes one, so that no route can leave it
 * out; what lies outside is answered as if it weren't there.
 */
export type Scope = Pick<Principal, 'scope' | 'teams'>;

/** For what Runyard does by itself, and answers nobody. */
export const EVERYTHING: Scope = { scope: 'all', teams: [] };

/** @throws NotSignedInError for a request without a principal */
export function scopeOf(context: Context<ApiEnvironment>): Scope {
  const principal = context.get('principal');
  if (!principal) throw new NotSignedInError();
  return principal;
}

export function jobsInScope({ scope, teams }: Scope): JobWhereInput {
  return scope === 'all' ? {} : { team: { in: [...teams] } };
}

/** The same as a condition on the columns of `jobs`. */
export function jobsInScopeSql({ scope, teams }: Scope): Prisma.Sql {
  return scope === 'all' ? Prisma.sql`true` : Prisma.sql`jobs.team = ANY(${[...teams]}::text[])`;
}

export function isJobInScope({ scope, teams }: Scope, job: { team: string | null }): boolean {
  return scope === 'all' || (job.team !== null && teams.includes(job.team));
}

/** True where not only jobs may be seen, but also what no team owns, such as hosts. */
export function isEverything({ scope }: Scope): boolean {
  return scope === 'all';
}
