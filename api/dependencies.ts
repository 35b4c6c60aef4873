import type { Logger } from '../config/log.ts';
import type { Settings } from '../config/schema.ts';
import type { Pool } from '../domain/pool.ts';

/** What the app is made of; tests hand in their own. */
export interface Dependencies {
  settings: Settings;
  log: Logger;
  pools: readonly Pool[];
}
