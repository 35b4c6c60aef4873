import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.ts';

export type Database = PrismaClient;

/**
 * A client with a pool of its own; the caller ends it with `$disconnect()`.
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
    }),
  });
}
