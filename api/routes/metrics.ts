import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { scrape } from '../metrics/scrape.ts';
import { declareRoute } from './declare-route.ts';

const get = declareRoute('public', [], {
  method: 'get',
  path: '/metrics',
  tags: ['System'],
  summary: 'Metrics of this process, of the jobs, and of the workers, for Prometheus',
  responses: {
    200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
  },
});

/** For Prometheus. */
export function createMetricsRoutes({ metrics, jobMetrics, upstreams, log }: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>().openapi(get, async (context) => {
    const { registry } = metrics;
    const { text, contentType } = await scrape({ registry, jobs: jobMetrics, upstreams, log });
    return context.text(text, 200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
  });
}
