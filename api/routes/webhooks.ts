import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ingest, type Webhook } from '../deliveries/ingest.ts';
import { isSignedBy } from '../deliveries/signature.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ApiError, BodyTooLargeError, MalformedRequestError } from '../errors.ts';
import type { WebhookResult } from '../metrics/api-metrics.ts';
import { clientAddress } from '../middleware/client-address.ts';
import { limitByAddress } from '../middleware/rate-limits.ts';
import { webhookAnswerSchema } from '../schemas/delivery.ts';
import { declareRoute } from './declare-route.ts';

const PATHS = ['/api/webhooks/github', '/api/integrations/github/webhook'] as const;

const EVENT = /^[a-z_]{1,64}$/;
const DELIVERY = /^[\w-]{1,100}$/;
const SIGNATURE = /^sha256=[0-9a-fA-F]{64}$/;

const header = (name: string, description: string, { source: pattern }: RegExp) =>
  ({
    in: 'header',
    name,
    required: true,
    description,
    schema: { type: 'string', pattern },
  }) as const;

const takeWebhook = (path: (typeof PATHS)[number]) =>
  declareRoute('public', [400, 401, 413, 422], {
    method: 'post',
    path,
    tags: ['Webhooks'],
    summary: "Take in a webhook of GitHub's; its signature is the sign-in",
    parameters: [
      header('X-GitHub-Event', 'Name of the event', EVENT),
      header('X-GitHub-Delivery', 'GUID of the delivery', DELIVERY),
      header('X-Hub-Signature-256', '`sha256=` and the HMAC of the body', SIGNATURE),
    ],
    requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
    responses: {
      200: {
        description: 'Seen before, or of no use here',
        content: { 'application/json': { schema: webhookAnswerSchema } },
      },
      202: {
        description: 'Kept, and handed over to its workflow now or as soon as possible',
        content: { 'application/json': { schema: webhookAnswerSchema } },
      },
    },
  });

/** Where GitHub sends its webhooks. */
export function createWebhookRoutes(dependencies: Dependencies) {
  const { settings, connections, pools, handOver, metrics } = dependencies;
  const limit = settings.WEBHOOK_MAX_BYTES;
  const guards = [
    limitByAddress(settings.WEBHOOK_RATE_LIMIT),
    bodyLimit({
      maxSize: limit,
      onError: () => {
        throw new BodyTooLargeError(limit);
      },
    }),
  ];
  const take = async (context: Context<ApiEnvironment>) => {
    const webhook = await verify(context, dependencies);
    context.set('webhookEvent', webhook.event);
    const { status, answer } = await handOver.whileComingIn(() =>
      ingest({ connections, pools, handOver }, webhook),
    );
    context.set('webhookResult', answer.status);
    return context.json(answer, status);
  };
  const routes = new OpenAPIHono<ApiEnvironment>();
  for (const path of PATHS) {
    routes.use(path, async (context, next) => {
      const startedAt = performance.now();
      await next();
      const seconds = (performance.now() - startedAt) / 1000;
      const result = context.get('webhookResult') ?? REFUSED[context.res.status] ?? 'error';
      // Only a signature vouches for the event's name.
      metrics.webhook(context.get('webhookEvent') ?? 'unknown', result, seconds);
    });
    routes.use(path, ...guards);
  }
  return routes.openapi(takeWebhook(PATHS[0]), take).openapi(takeWebhook(PATHS[1]), take);
}

/** @throws ApiError 400 with a code for each header that is missing or malformed, 401 */
async function verify(
  context: Context<ApiEnvironment>,
  { webhookSecrets, metrics, refusals }: Dependencies,
): Promise<Webhook> {
  const event = need(context, 'X-GitHub-Event', 'event', EVENT);
  const deliveryId = need(context, 'X-GitHub-Delivery', 'delivery', DELIVERY);
  const signature = need(context, 'X-Hub-Signature-256', 'signature', /^.{1,200}$/);
  const hookId = context.req.header('X-GitHub-Hook-ID') ?? '';
  if (!/^[\w-]{0,64}$/.test(hookId)) {
    throw new MalformedRequestError('invalid_hook_id', 'X-GitHub-Hook-ID is malformed');
  }
  const body = new Uint8Array(await context.req.arrayBuffer());
  if (!isSignedBy(webhookSecrets, body, signature)) {
    metrics.securityEvent('webhook_signature_invalid');
    const address = clientAddress(context);
    context
      .get('log')
      .warn(
        { security_event: 'webhook_signature_invalid', address, event, delivery_id: deliveryId },
        'A webhook was refused: its signature is wrong',
      );
    await refusals.record(context, {
      type: 'security.invalid_signature',
      action: 'verify',
      resource: { type: 'webhook', id: hookId || 'unknown' },
      details: { event, delivery_id: deliveryId },
    });
    throw new ApiError(
      401,
      'invalid_signature',
      'The signature is wrong: is the secret of the webhook the one of GITHUB_WEBHOOK_SECRET?',
    );
  }
  return { hookId, deliveryId, event, body };
}

function need(
  context: Context<ApiEnvironment>,
  name: string,
  code: string,
  wellFormed: RegExp,
): string {
  const value = context.req.header(name);
  if (!value) throw new MalformedRequestError(`missing_${code}`, `The header ${name} is missing`);
  if (!wellFormed.test(value)) {
    throw new MalformedRequestError(`invalid_${code}`, `The header ${name} is malformed`);
  }
  return value;
}

const REFUSED: Readonly<Record<number, WebhookResult>> = {
  400: 'bad_request',
  401: 'unauthorized',
  413: 'too_large',
  422: 'invalid',
  429: 'rate_limited',
  503: 'unavailable',
};
