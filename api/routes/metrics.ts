import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { AuditMetrics } from '../metrics/audit-metrics.ts';
import { collectRegistrations } from '../metrics/registration-metrics.ts';
import { scrape } from '../metrics/scrape.ts';
import { declareRoute } from './declare-route.ts';

const get = declareRoute('public', [], {
  method: 'get',
  path: '/metrics',
  tags: ['System'],
  summary: 'Metrics of this process, of jobs and registrations, and of the workers, for Prometheus',
  responses: {
    200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
  },
});

/** For Prometheus. */
export function createMetricsRoutes({
  metrics,
  jobMetrics,
  connections,
  upstreams,
  log,
}: Dependencies) {
  const auditMetrics = new AuditMetrics(connections);
  const collect = async () =>
    (
      await Promise.all([
        jobMetrics.collect(),
        collectRegistrations(connections),
        auditMetrics.collect(),
      ])
    ).flat();
  return new OpenAPIHono<ApiEnvironment>().openapi(get, async (context) => {
    const { registry } = metrics;
    const { text, contentType } = await scrape({ registry, records: { collect }, upstreams, log });
    return context.text(text, 200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
  });
}
