import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { Dependencies } from './dependencies.ts';
import type { ApiEnvironment } from './environment.ts';
import { BodyTooLargeError, MethodNotAllowedError } from './errors.ts';
import { authenticate } from './middleware/authenticate.ts';
import { findClient } from './middleware/client-address.ts';
import { allowOrigins } from './middleware/cors.ts';
import { correlation } from './middleware/correlation.ts';
import { refuseCrossSite } from './middleware/cross-site.ts';
import { idempotency } from './middleware/idempotency.ts';
import {
  answerError,
  answerNotFound,
  answerProblem,
  refuseInvalid,
} from './middleware/problems.ts';
import { limitApi } from './middleware/rate-limits.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { createAuditRoutes } from './routes/audit.ts';
import { createAccountRoutes } from './routes/auth-account.ts';
import { createTokenRoutes } from './routes/auth-tokens.ts';
import { createUserRoutes } from './routes/auth-users.ts';
import { createAuthRoutes } from './routes/auth.ts';
import { createOidcAuthRoutes } from './routes/auth-oidc.ts';
import { createDashboardRoutes } from './routes/dashboard.ts';
import { createDeliveryRoutes } from './routes/deliveries.ts';
import { createDocumentationRoutes } from './routes/documentation.ts';
import { createEventRoutes } from './routes/events.ts';
import { createHealthRoutes } from './routes/health.ts';
import { createHostRoutes } from './routes/hosts.ts';
import { createJobRoutes } from './routes/jobs.ts';
import { createMetricsRoutes } from './routes/metrics.ts';
import { createOverviewRoutes } from './routes/overview.ts';
import { createTokenServiceRoutes } from './routes/v1/token-service.ts';
import { createWebhookRoutes } from './routes/webhooks.ts';

/** Bytes of a request's body, but for webhooks, which have a limit of their own. */
const MOST_BODY = 1024 * 1024;

const keepOutOfCaches: MiddlewareHandler = async (context, next) => {
  await next();
  if (!context.res.headers.has('Cache-Control')) {
    context.res.headers.set('Cache-Control', 'no-store');
  }
};

/** The whole API. Its type is what clients (`hc<App>()`) are typed by. */
export function createApp(dependencies: Dependencies) {
  const { log, connections, identity, settings } = dependencies;
  const app = new OpenAPIHono<ApiEnvironment>({ defaultHook: refuseInvalid });
  app.onError(answerError);
  app.notFound(answerNotFound);
  app.use(findClient(settings.TRUSTED_PROXIES), correlation(log), securityHeaders);
  app.use(dependencies.refusals.middleware());
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (context, allowed) =>
        answerProblem(context, new MethodNotAllowedError(context.req.method, allowed)),
    }),
  );
  // Before the rest: a webhook is signed instead of signed in, and nothing may hold it up.
  app.route('/', createWebhookRoutes(dependencies));
  app.use(
    '/api/*',
    keepOutOfCaches,
    allowOrigins(settings.CORS_ORIGINS),
    authenticate(dependencies),
    limitApi(settings),
    bodyLimit({
      maxSize: MOST_BODY,
      onError: () => {
        throw new BodyTooLargeError(MOST_BODY);
      },
    }),
    refuseCrossSite({ csrf: identity.csrf, publicUrl: settings.PUBLIC_URL }),
    idempotency(connections),
  );
  const typed = app
    .route('/', createHealthRoutes(dependencies))
    .route('/', createAuthRoutes(dependencies))
    .route('/', createOidcAuthRoutes(dependencies))
    .route('/', createAccountRoutes(dependencies))
    .route('/', createUserRoutes(dependencies))
    .route('/', createTokenRoutes(dependencies))
    .route('/', createOverviewRoutes(dependencies))
    .route('/', createEventRoutes(dependencies))
    .route('/', createJobRoutes(dependencies))
    .route('/', createDeliveryRoutes(dependencies))
    .route('/', createHostRoutes(dependencies))
    .route('/', createTokenServiceRoutes(dependencies))
    .route('/', createAuditRoutes(dependencies));
  app.route('/', createMetricsRoutes(dependencies));
  app.route('/', createDocumentationRoutes(app, dependencies));
  app.route('/', createDashboardRoutes(dependencies));
  return typed;
}

export type App = ReturnType<typeof createApp>;
