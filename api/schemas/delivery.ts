import { z } from '@hono/zod-openapi';
import { pageOf, paginationSchema, queryList, queryText, time, wholeNumber } from './common.ts';

export const DELIVERY_STATUSES = ['received', 'handled', 'ignored', 'failed'] as const;

export const deliverySchema = z
  .object({
    id: wholeNumber(),
    hook_id: z.string(),
    delivery_id: z.string().describe("GitHub's GUID, the same for every hook of one event"),
    event: z.string(),
    action: z.string().nullable(),
    repository: z.string().nullable(),
    repository_id: wholeNumber().nullable(),
    ref: z.string().nullable(),
    head_commit: z.string().nullable(),
    status: z.enum(DELIVERY_STATUSES).describe('`received`: still to be handed over'),
    status_code: z.int().nullable().describe('What GitHub was answered'),
    error: z.string().nullable(),
    workflow_id: z.string().nullable(),
    attempts: wholeNumber(),
    correlation_id: z.string(),
    received_at: time(),
    handled_at: time().nullable(),
  })
  .openapi('Delivery');

export const deliveryDetailSchema = deliverySchema
  .extend({ payload: z.unknown().describe('null once its time is over') })
  .openapi('DeliveryDetail');

export const deliveryPageSchema = pageOf(deliverySchema, 'DeliveryPage');

export const deliveryQuerySchema = paginationSchema.extend({
  status: queryList(DELIVERY_STATUSES).optional(),
  event: queryText().optional(),
  repository: queryText().optional(),
  delivery_id: queryText().optional(),
});

export const deliveryParametersSchema = z.object({ id: z.string().openapi({ example: '17' }) });

export const replaySchema = z
  .object({
    status: z.enum(['accepted', 'ignored']),
    delivery: deliverySchema,
  })
  .openapi('Replay');

/** What GitHub is answered; programs may rely on `status`. */
export const webhookAnswerSchema = z
  .object({
    status: z.enum(['accepted', 'duplicate', 'ignored']),
    delivery_id: z.string(),
    workflow_id: z.string().nullable(),
  })
  .openapi('WebhookAnswer');

export type Delivery = z.output<typeof deliverySchema>;
export type DeliveryDetail = z.output<typeof deliveryDetailSchema>;
export type WebhookAnswer = z.output<typeof webhookAnswerSchema>;
