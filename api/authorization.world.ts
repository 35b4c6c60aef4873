import type { Database } from '../prisma/client.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  format?: string;
}

/** A value that a JSON schema of the document may well allow; all that is required, and no more. */
export function sampleOf(schema: Schema, document: object): unknown {
  if (schema.$ref !== undefined) {
    const found = schema.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document);
    return sampleOf(found as Schema, document);
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [inner] = schema.anyOf ?? [];
  if (inner) return sampleOf(inner, document);
  if (schema.allOf) {
    return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, document))) as object;
  }
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [
          name,
          sampleOf(schema.properties?.[name] ?? {}, document),
        ]),
      );
    case 'array':
      return schema.items ? [sampleOf(schema.items, document)] : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return schema.format === 'date-time' ? '2026-11-21T06:00:00Z' : 'example';
  }
}

/** Written by every request, whatever comes of it. */
const BESIDE = new Set([
  'audit_events',
  'audit_pending',
  'audit_checkpoints',
  'idempotency_keys',
  '_prisma_migrations',
]);

/** What the database holds, table by table, but for what tells of requests and of last uses. */
export async function snapshotOf(owner: Database): Promise<Record<string, string[]>> {
  const tables = await owner.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`;
  const selects = tables
    .filter(({ name }) => !BESIDE.has(name))
    .map(
      ({ name }) =>
        `SELECT '${name}' AS name, array_agg((to_jsonb(t) - 'last_used_at')::text) AS rows FROM "${name}" AS t`,
    );
  const contents = await owner.$queryRawUnsafe<{ name: string; rows: string[] | null }[]>(
    selects.join(' UNION ALL '),
  );
  return Object.fromEntries(contents.map(({ name, rows }) => [name, (rows ?? []).toSorted()]));
}
