import { OpenAPIHono } from '@hono/zod-openapi';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import {
  deliveryDetailSchema,
  deliveryPageSchema,
  deliveryParametersSchema,
  deliveryQuerySchema,
  replaySchema,
} from '../schemas/delivery.ts';
import { declareRoute } from './declare-route.ts';

const listDeliveries = declareRoute('deliveries:read', [], {
  method: 'get',
  path: '/api/webhooks/deliveries',
  tags: ['Webhooks'],
  summary: 'List webhook deliveries, the latest first',
  request: { query: deliveryQuerySchema },
  responses: {
    200: {
      description: 'Deliveries',
      content: { 'application/json': { schema: deliveryPageSchema } },
    },
  },
});

const getDelivery = declareRoute('deliveries:read', [404], {
  method: 'get',
  path: '/api/webhooks/deliveries/{id}',
  tags: ['Webhooks'],
  summary: 'A webhook delivery with its payload',
  request: { params: deliveryParametersSchema },
  responses: {
    200: {
      description: 'The delivery',
      content: { 'application/json': { schema: deliveryDetailSchema } },
    },
  },
});

const replayDelivery = declareRoute('deliveries:write', [404, 409], {
  method: 'post',
  path: '/api/webhooks/deliveries/{id}/replay',
  tags: ['Webhooks'],
  summary: 'Handle a stored delivery again',
  request: { params: deliveryParametersSchema },
  responses: {
    202: {
      description: 'It was handled again',
      content: { 'application/json': { schema: replaySchema } },
    },
  },
});

/** The inbox of webhooks: list, look at, replay. */
export function createDeliveryRoutes(dependencies: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(listDeliveries, () => {
      throw new Error('soon');
    })
    .openapi(getDelivery, () => {
      throw new Error('soon');
    })
    .openapi(replayDelivery, () => {
      throw new Error('soon');
    });
}
