import { OpenAPIHono } from '@hono/zod-openapi';
import { namesOf } from '../../audit/concerning.ts';
import { listEvents } from '../../audit/list-events.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { ApiEnvironment } from '../../environment.ts';
import { auditPageSchema, auditSecurityQuerySchema } from '../../schemas/audit.ts';
import { queryText } from '../../schemas/common.ts';
import { declareRoute } from '../declare-route.ts';

const querySchema = auditSecurityQuerySchema.omit({ actor: true, until: true }).extend({
  subject: queryText()
    .optional()
    .describe('Whoever did it, or whom it is about: `user:USERNAME` or `oidc:ISSUER#SUBJECT`'),
});

const list = declareRoute('security:read', [], {
  method: 'get',
  path: '/api/v1/admin/security-events',
  tags: ['Token service administration'],
  summary: 'Audit events that concern security: refusals, failed sign-ins, what looks suspicious',
  request: { query: querySchema },
  responses: {
    200: {
      description: 'Events, the newest first',
      content: { 'application/json': { schema: auditPageSchema } },
    },
  },
});

/** What somebody who watches over security looks at. */
export function createSecurityEventRoutes({ connections, database }: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>().openapi(list, async (context) => {
    const { subject, limit, cursor, ...filter } = context.req.valid('query');
    const concerning = subject === undefined ? undefined : await namesOf(database, subject);
    const events = await listEvents(
      { connections, database },
      { ...filter, concerning, security: true },
      { limit, cursor },
    );
    return context.json(events, 200);
  });
}
