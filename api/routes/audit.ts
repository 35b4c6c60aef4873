import { OpenAPIHono, z } from '@hono/zod-openapi';
import { AUDIT_EVENT_TYPES } from '../../domain/audit/event-types.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import { actorOf, told } from '../audit/actor.ts';
import { namesOf } from '../audit/concerning.ts';
import { exportEvents } from '../audit/export-events.ts';
import { listEvents } from '../audit/list-events.ts';
import { readStats } from '../audit/read-stats.ts';
import { cleanUpAuditLog, verifyAuditLog } from '../audit/verification.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import {
  auditAboutQuerySchema,
  auditCleanupRequestSchema,
  auditCleanupSchema,
  auditEventTypesSchema,
  auditExportQuerySchema,
  auditPageSchema,
  auditQuerySchema,
  auditResourceParametersSchema,
  auditSecurityQuerySchema,
  auditStatsQuerySchema,
  auditStatsSchema,
  auditUserParametersSchema,
  auditVerificationSchema,
} from '../schemas/audit.ts';
import { declareRoute } from './declare-route.ts';

const tags = ['Audit'];
const pageAnswer = {
  200: {
    description: 'Events, the newest first',
    content: { 'application/json': { schema: auditPageSchema } },
  },
};

const logs = declareRoute('audit:read', [], {
  method: 'get',
  path: '/api/audit/logs',
  tags,
  summary: 'List audit events, the newest first',
  request: { query: auditQuerySchema },
  responses: pageAnswer,
});

const stats = declareRoute('audit:read', [], {
  method: 'get',
  path: '/api/audit/stats',
  tags,
  summary: 'Audit events of a time, counted',
  request: { query: auditStatsQuerySchema },
  responses: {
    200: { description: 'Counts', content: { 'application/json': { schema: auditStatsSchema } } },
  },
});

const exported = declareRoute('audit:read', [], {
  method: 'get',
  path: '/api/audit/export',
  tags,
  summary: 'Export audit events, the newest first',
  description:
    'At most 10,000 events a call; where there are more, the header `X-Next-Cursor` says where the next call goes on. In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe.',
  request: { query: auditExportQuerySchema },
  responses: {
    200: {
      description: 'Events',
      content: {
        'application/json': { schema: auditPageSchema },
        'application/x-ndjson': { schema: z.string() },
        'text/csv': { schema: z.string() },
      },
    },
  },
});

const eventTypes = declareRoute('audit:read', [], {
  method: 'get',
  path: '/api/audit/event-types',
  tags,
  summary: 'Every type of audit event, and what it tells',
  responses: {
    200: {
      description: 'Types',
      content: { 'application/json': { schema: auditEventTypesSchema } },
    },
  },
});

const verify = declareRoute('audit:read', [], {
  method: 'get',
  path: '/api/audit/verify',
  tags,
  summary: 'Verify the whole log, archived parts too',
  description:
    'Finds any event that was changed, removed, inserted or put elsewhere, and names the first. Answers 503 `still_at_work` when it takes longer than AUDIT_WAIT; asked again it answers the result of the same verification.',
  responses: {
    200: {
      description: 'What was found',
      content: { 'application/json': { schema: auditVerificationSchema } },
    },
  },
});

const cleanup = declareRoute('audit:write', [409], {
  method: 'post',
  path: '/api/audit/cleanup',
  tags,
  summary: 'Move old events into archive files, whose chain still verifies',
  request: { body: { content: { 'application/json': { schema: auditCleanupRequestSchema } } } },
  responses: {
    200: {
      description: 'What was archived',
      content: { 'application/json': { schema: auditCleanupSchema } },
    },
  },
});

const security = declareRoute('security:read', [], {
  method: 'get',
  path: '/api/audit/security',
  tags,
  summary: 'Security events, refusals and failed sign-ins, the newest first',
  request: { query: auditSecurityQuerySchema },
  responses: pageAnswer,
});

const ofUser = declareRoute('audit:read', [], {
  method: 'get',
  path: '/api/audit/users/{id}',
  tags,
  summary: 'What somebody did, and what was done to their account',
  request: { params: auditUserParametersSchema, query: auditAboutQuerySchema },
  responses: pageAnswer,
});

const ofResource = declareRoute('audit:read', [], {
  method: 'get',
  path: '/api/audit/resources/{type}/{id}',
  tags,
  summary: 'What was done to a thing',
  request: { params: auditResourceParametersSchema, query: auditAboutQuerySchema },
  responses: pageAnswer,
});

const CATALOGUE = {
  items: Object.entries(AUDIT_EVENT_TYPES).map(([type, described]) => ({ type, ...described })),
};

/** The audit log: read, count, export. */
export function createAuditRoutes(dependencies: Dependencies) {
  const { database } = dependencies;
  const routes = new OpenAPIHono<ApiEnvironment>();
  return routes
    .openapi(logs, async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      return context.json(await listEvents(dependencies, filter, { limit, cursor }), 200);
    })
    .openapi(stats, async (context) => {
      return context.json(await readStats(dependencies, context.req.valid('query')), 200);
    })
    .openapi(exported, async (context) => {
      const query = context.req.valid('query');
      const { format = 'json' } = query;
      const { mediaType, nextCursor, body } = await exportEvents(dependencies, query, (details) =>
        told(context, { type: 'audit.exported', action: 'export', details }),
      );
      return context.body(body, 200, {
        'Content-Type': mediaType,
        'Content-Disposition': `attachment; filename="runyard-audit.${format}"`,
        'Cache-Control': 'no-store',
        ...(nextCursor === null ? {} : { 'X-Next-Cursor': nextCursor }),
      });
    })
    .openapi(eventTypes, (context) => context.json(CATALOGUE, 200))
    .openapi(verify, async (context) => {
      const verification = await verifyAuditLog(dependencies);
      const { ok, first_bad: firstBad, head } = verification;
      await appendAudit(
        database,
        told(context, {
          type: 'audit.verified',
          action: 'verify',
          outcome: ok ? 'success' : 'failure',
          details: { ...(firstBad ? { first_bad: firstBad } : {}), head: head.sequence },
        }),
      );
      return context.json(verification, 200);
    })
    .openapi(cleanup, async (context) => {
      const { before = null } = context.req.valid('json');
      await appendAudit(
        database,
        told(context, {
          type: 'audit.cleanup_requested',
          action: 'clean_up',
          details: { before },
        }),
      );
      const { events, segments } = await cleanUpAuditLog(dependencies, {
        before,
        actor: actorOf(context),
        correlationId: context.get('correlationId'),
      });
      return context.json({ archived_events: events, segments }, 200);
    })
    .openapi(security, async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      const wanted = { ...filter, security: true };
      return context.json(await listEvents(dependencies, wanted, { limit, cursor }), 200);
    })
    .openapi(ofUser, async (context) => {
      const { limit, cursor, ...span } = context.req.valid('query');
      const concerning = await namesOf(database, context.req.valid('param').id);
      return context.json(
        await listEvents(dependencies, { ...span, concerning }, { limit, cursor }),
        200,
      );
    })
    .openapi(ofResource, async (context) => {
      const { limit, cursor, ...span } = context.req.valid('query');
      const { type, id } = context.req.valid('param');
      const filter = { ...span, resource_type: type, resource_id: id };
      return context.json(await listEvents(dependencies, filter, { limit, cursor }), 200);
    });
}
