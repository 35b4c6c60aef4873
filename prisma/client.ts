import { PrismaPg } from '@prisma/adapter-pg';
import { becomeApplication } from './application-role.ts';
import { PrismaClient } from './generated/client.ts';

export type Database = PrismaClient;

/**
 * A client with a pool of its own; the caller ends it with `$disconnect()`. It works as the
 * application's role.
 *
 * @param url - `postgresql://…`
 * @param connections - the most connections that the pool opens
 */
export function connectDatabase(url: string, connections = 10): Database {
  return new PrismaClient({
    adapter: new PrismaPg({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: 5_000,
      onConnect: becomeApplication,
    }),
  });
}
