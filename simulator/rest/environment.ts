import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** Who calls: the App itself, or one of its installations. */
export type Actor =
  | { kind: 'app' }
  | { kind: 'installation'; installationId: number; repositoryIds: readonly number[] | null };

/** What Hono carries along with a request to the simulated API. */
export interface RestEnvironment {
  Bindings: HttpBindings;
  Variables: { actor: Actor | null; fault: string | null; dropped: boolean };
}

export type RestContext = Context<RestEnvironment>;
