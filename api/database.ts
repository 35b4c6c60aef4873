import { PrismaPg } from '@prisma/adapter-pg';
import { Pool as ConnectionPool } from 'pg';
import type { Logger } from '../config/log.ts';
import { becomeApplication } from '../prisma/application-role.ts';
import type { Database } from '../prisma/client.ts';
import { PrismaClient } from '../prisma/generated/client.ts';

export interface DatabaseAccess {
  /** For the statements that must take one round trip and no more. */
  connections: ConnectionPool;
  /** For everything else; shares the connections. */
  database: Database;
  /** Opens every connection ahead; never fails. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

/** Connects with the first query, so that the API starts and serves without its database. */
export function accessDatabase(url: string, log: Logger, most = 10): DatabaseAccess {
  const connections = new ConnectionPool({
    connectionString: url,
    application_name: 'runyard-api',
    max: most,
    connectionTimeoutMillis: 5_000,
    // A burst of webhooks after a quiet while must not begin with connecting.
    idleTimeoutMillis: 600_000,
    // GitHub gives up after 10 s, so an answer beyond that helps nobody.
    statement_timeout: 8_000,
    query_timeout: 9_000,
    keepAlive: true,
    onConnect: becomeApplication,
  });
  // Without listeners a connection that breaks (a restart of the database) ends the process: the
  // pool listens to idle ones only, so those in somebody's hands need their own. Whoever queries is told.
  connections.on('error', (error) => log.warn({ err: error }, 'A database connection broke'));
  connections.on('connect', (client) => client.on('error', () => undefined));
  const database = new PrismaClient({ adapter: new PrismaPg(connections) });
  return {
    connections,
    database,
    warmUp: async () => {
      const opened = await Promise.allSettled(
        Array.from({ length: most }, () => connections.connect()),
      );
      for (const one of opened) if (one.status === 'fulfilled') one.value.release();
    },
    close: async () => {
      await database.$disconnect();
      await connections.end();
    },
  };
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** SQLSTATEs and their classes: connection lost, no resources, cancelled or shut down, read only. */
const UNAVAILABLE_STATES = /^(08|53|57)|^25006$/;

/** Prisma's codes for a server that can't be reached, closed the connection, or was too busy. */
const PRISMA_UNAVAILABLE = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);

const UNAVAILABLE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout/;

/** True when a query failed because of the database's state and not because of what was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  const { state } = sqlErrorOf(error);
  return (
    NETWORK_CODES.has(code) ||
    PRISMA_UNAVAILABLE.has(code) ||
    (isSqlState(state) && UNAVAILABLE_STATES.test(state)) ||
    UNAVAILABLE_MESSAGES.test(error.message) ||
    isDatabaseUnavailable(error.cause)
  );
}

/** SQLSTATEs of a table that isn't there, may not be written, or that somebody else holds locked. */
const STORE_STATES = new Set(['42P01', '42501', '42703', '42883', '55P03']);
const AUDIT_STORE = /\baudit_\w+/;

/** True when the audit store can't be written or read, so that what it should tell of must not happen. */
export function isAuditUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { state, message } = sqlErrorOf(error);
  return (STORE_STATES.has(state) && AUDIT_STORE.test(message)) || isAuditUnavailable(error.cause);
}

/** What PostgreSQL said, where Prisma wraps it too. */
function sqlErrorOf(error: Error): { state: string; message: string } {
  const { meta } = error as { meta?: { driverAdapterError?: { cause?: unknown } } };
  const told = meta?.driverAdapterError?.cause as
    | { originalCode?: string; originalMessage?: string }
    | undefined;
  return {
    state: told?.originalCode ?? codeOf(error),
    message: told?.originalMessage ?? error.message,
  };
}

/** True when the database can't hold a value: a NUL, half a surrogate pair, a date or depth beyond its bounds. */
export function isValueRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { state } = sqlErrorOf(error);
  return isSqlState(state) && /^(22|54)/.test(state);
}

/** True when two statements locked each other out: doing it again is the remedy. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof Error && ['40P01', '40001'].includes(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code);
}
