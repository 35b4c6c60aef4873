import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';

/** Paths that are the API's: what isn't found there is not a page of the dashboard. */
const NOT_PAGES = /^\/(api|docs|assets|health|ready|metrics|openapi\.json)(\/|$)/;

/**
 * The built dashboard. Its assets have names made from their content and are kept for ever, the page
 * that names them is asked for each time. Other paths answer the page too: the router in the browser
 * knows what they mean.
 */
export function createDashboardRoutes({ dashboardFolder }: Dependencies) {
  const routes = new Hono<ApiEnvironment>();
  if (!existsSync(join(dashboardFolder, 'index.html'))) return routes;
  routes.use(
    '/*',
    async (context, next) => {
      await next();
      if (context.res.status !== 200 || context.res.headers.has('Cache-Control')) return;
      context.res.headers.set(
        'Cache-Control',
        context.req.path.startsWith('/assets/')
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
      );
    },
    serveStatic({ root: dashboardFolder, precompressed: true }),
    async (context, next) => {
      const { method, path } = context.req;
      const isPage = (method === 'GET' || method === 'HEAD') && !NOT_PAGES.test(path);
      if (!isPage || !context.req.header('Accept')?.includes('text/html')) return next();
      const page = await readFile(join(dashboardFolder, 'index.html'), 'utf8');
      return context.html(page);
    },
  );
  return routes;
}
