import {
  type Membership,
  type TeamIdentity,
  teamsOfIdentity,
} from '../../domain/team-membership.ts';
import type { Database } from '../../prisma/client.ts';

/** Milliseconds that what was read is good for where nobody tells of a change. */
const GOOD_FOR = 2_000;

/**
 * Who belongs to which team. Members are read once for all requests of a short while; a change is
 * told by the database (`forget`), and where that is not heard of it counts two seconds later.
 */
export class TeamMemberships {
  readonly #database: Database;
  #read: { memberships: Promise<Membership[]>; at: number } | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Names of the teams that somebody belongs to. @throws the database's errors */
  async teamsOf(identity: TeamIdentity): Promise<string[]> {
    return teamsOfIdentity(identity, await this.#memberships());
  }

  /** Whoever changes a team calls this after the commit. */
  forget(): void {
    this.#read = null;
  }

  #memberships(): Promise<Membership[]> {
    const known = this.#read;
    if (known && performance.now() - known.at < GOOD_FOR) return known.memberships;
    const memberships = this.#readAll();
    const read = { memberships, at: performance.now() };
    this.#read = read;
    memberships.catch(() => {
      if (this.#read === read) this.#read = null;
    });
    return memberships;
  }

  async #readAll(): Promise<Membership[]> {
    const rows = await this.#database.teamMember.findMany({ include: { team: true } });
    return rows.map(({ team, kind, issuer, claim, value }) => ({
      team: team.name,
      kind: kind as Membership['kind'],
      issuer,
      claim,
      value,
    }));
  }
}
