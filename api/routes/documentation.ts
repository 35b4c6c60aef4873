import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import { serveStatic } from '@hono/node-server/serve-static';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { COOKIES } from '../identity/cookies.ts';
import { declareRoute } from './declare-route.ts';

const require = createRequire(import.meta.url);

const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Runyard API</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <main id="api"></main>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** In a file of its own: the content security policy allows no script in the page. */
const SCRIPT = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });
`;

const getDocument = declareRoute('public', [], {
  method: 'get',
  path: '/openapi.json',
  tags: ['System'],
  summary: 'This description, OpenAPI 3.1',
  responses: {
    200: {
      description: 'OpenAPI document',
      content: { 'application/json': { schema: z.object({ openapi: z.string() }) } },
    },
  },
});

const getPage = declareRoute('public', [], {
  method: 'get',
  path: '/docs',
  tags: ['System'],
  summary: 'This description, to read and try out',
  responses: { 200: { description: 'A page', content: { 'text/html': { schema: z.string() } } } },
});

/** The API's description, made from the same schemas that requests are checked by. */
export function createDocumentationRoutes(
  app: OpenAPIHono<ApiEnvironment>,
  { version }: Dependencies,
) {
  let document: object | undefined;
  const routes = new OpenAPIHono<ApiEnvironment>()
    .openapi(getDocument, (context) => {
      document ??= describe(app, version);
      return context.json(document as { openapi: string }, 200);
    })
    .openapi(getPage, (context) => context.html(PAGE));
  routes.get('/docs/start.js', (context) =>
    context.body(SCRIPT, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
  );
  const root = dirname(require.resolve('swagger-ui-dist/package.json'));
  for (const asset of ASSETS) {
    routes.get(
      `/docs/${asset}`,
      serveStatic({ root, rewriteRequestPath: (path) => path.slice('/docs'.length) }),
    );
  }
  return routes;
}

function describe(app: OpenAPIHono<ApiEnvironment>, version: string): object {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: COOKIES.access,
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Runyard',
      version,
      description:
        'Runs GitHub Actions jobs on your own Docker hosts. Errors are `application/problem+json` with a stable `code`. Lists go on with `cursor`. Every mutating call takes an `Idempotency-Key`: sent again with the same key, it is carried out once and answered the same.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
  });
}
