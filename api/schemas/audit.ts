import { z } from '@hono/zod-openapi';
import {
  AUDIT_CATEGORIES,
  AUDIT_EVENT_TYPES,
  AUDIT_SEVERITIES,
} from '../../domain/audit/event-types.ts';
import {
  pageOf,
  paginationSchema,
  queryList,
  queryText,
  queryTime,
  time,
  wholeNumber,
} from './common.ts';

const AUDIT_OUTCOMES = ['success', 'failure', 'denied'] as const;
const AUDIT_TYPES = Object.keys(AUDIT_EVENT_TYPES) as [string, ...string[]];

/** What an event says is shown as it stands in the chain, even where it is no longer known here. */
export const auditEventSchema = z
  .object({
    sequence: wholeNumber().describe('Its place in the chain, from 1'),
    id: z.string(),
    time: time(),
    type: z.string().describe('See GET /api/audit/event-types'),
    category: z.string(),
    severity: z.string(),
    actor: z.object({
      kind: z.string().describe('session, api_token, oidc, system, github or anonymous'),
      id: z.string().describe('`user:<username>`, `oidc:<issuer>#<subject>`, `runyard`, …'),
      name: z.string(),
      address: z.string().nullable(),
    }),
    resource: z.object({ type: z.string(), id: z.string() }).nullable(),
    action: z.string(),
    outcome: z.string().describe('success, failure or denied'),
    details: z.record(z.string(), z.unknown()),
    correlation_id: z
      .string()
      .nullable()
      .describe('The same for everything that one request or webhook caused'),
    prev_hash: z.string().describe('Hash of the event before, hex'),
    hash: z.string().describe('SHA-256 of the event and of the hash before it, hex'),
  })
  .openapi('AuditEvent');

export const auditPageSchema = pageOf(auditEventSchema, 'AuditPage');

const filters = {
  type: queryList(AUDIT_TYPES).optional(),
  category: queryList(AUDIT_CATEGORIES).optional(),
  severity: queryList(AUDIT_SEVERITIES).optional(),
  actor: queryText().optional().describe("The actor's id or name"),
  resource_type: queryText().optional(),
  resource_id: queryText().optional(),
  outcome: queryList(AUDIT_OUTCOMES).optional(),
  correlation_id: queryText().optional(),
  since: queryTime().optional().describe('At or after'),
  until: queryTime().optional().describe('Before'),
  text: queryText().optional().describe('Stands anywhere in the event, in whatever case'),
};

export const auditQuerySchema = paginationSchema.extend(filters);

export const auditStatsQuerySchema = z.object({ since: filters.since, until: filters.until });

export const auditExportQuerySchema = z.object({
  ...filters,
  format: z.enum(['json', 'csv', 'ndjson']).optional().openapi({ default: 'json' }),
  limit: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a whole number from 1 to 10000')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 10_000, 'must be from 1 to 10000')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 10_000, default: 10_000 }),
  cursor: z
    .string()
    .max(512)
    .optional()
    .openapi({ description: '`X-Next-Cursor` of the export before' }),
});

/** For lists that are about somebody or something already. */
export const auditAboutQuerySchema = paginationSchema.extend({
  since: filters.since,
  until: filters.until,
});

export const auditSecurityQuerySchema = paginationSchema.extend({
  type: filters.type,
  severity: filters.severity,
  actor: filters.actor,
  since: filters.since,
  until: filters.until,
});

export const auditUserParametersSchema = z.object({
  id: z
    .string()
    .max(500)
    .openapi({ example: 'user:admin', description: "An actor's id, or a user's id or username" }),
});

export const auditResourceParametersSchema = z.object({
  type: z.string().max(100).openapi({ example: 'job' }),
  id: z.string().max(500).openapi({ example: '1296269-42' }),
});

const counts = (of: string) => z.record(z.string(), wholeNumber()).describe(`Events by ${of}`);

export const auditStatsSchema = z
  .object({
    total: wholeNumber(),
    by_category: counts('category'),
    by_severity: counts('severity'),
    by_outcome: counts('outcome'),
    by_day: z.array(z.object({ day: z.iso.date().describe('UTC'), count: wholeNumber() })),
    top_actors: z.array(
      z.object({ actor: z.string().describe('Id'), name: z.string(), count: wholeNumber() }),
    ),
  })
  .openapi('AuditStats');

export const auditEventTypesSchema = z
  .object({
    items: z.array(
      z.object({
        type: z.string(),
        category: z.enum(AUDIT_CATEGORIES),
        severity: z.enum(AUDIT_SEVERITIES),
        description: z.string(),
      }),
    ),
  })
  .openapi('AuditEventTypes');

export const auditVerificationSchema = z
  .object({
    ok: z.boolean(),
    events: wholeNumber().describe('Of the whole chain, archived ones too, that were found good'),
    checkpoints: wholeNumber().describe('Whose signatures were found good'),
    archived_segments: wholeNumber().describe('Parts of the chain that stand in archive files'),
    unsigned: wholeNumber().describe('Events after the last checkpoint'),
    first_bad: z
      .object({ sequence: wholeNumber(), fault: z.string(), reason: z.string() })
      .nullable()
      .describe('The first event that is not as it was written'),
    head: z.object({ sequence: wholeNumber(), hash: z.string() }).describe('Where the chain ends'),
    verified_at: time(),
    milliseconds: z.number(),
  })
  .openapi('AuditVerification');

export const auditCleanupRequestSchema = z
  .strictObject({
    before: queryTime()
      .optional()
      .describe('Archive what is older; by default what is older than AUDIT_RETENTION_DAYS'),
  })
  .openapi('AuditCleanupRequest');

export const auditCleanupSchema = z
  .object({ archived_events: wholeNumber(), segments: wholeNumber() })
  .openapi('AuditCleanup');

export type AuditEventView = z.output<typeof auditEventSchema>;
export type AuditPage = z.output<typeof auditPageSchema>;
export type AuditQuery = z.output<typeof auditQuerySchema>;
export type AuditStats = z.output<typeof auditStatsSchema>;
export type AuditEventTypes = z.output<typeof auditEventTypesSchema>;
export type AuditVerification = z.output<typeof auditVerificationSchema>;
export type AuditExportQuery = z.output<typeof auditExportQuerySchema>;
