import { z } from '@hono/zod-openapi';
import { queryList } from './common.ts';

export const EVENT_TOPICS = ['jobs', 'hosts'] as const;

export const eventQuerySchema = z.object({ topics: queryList(EVENT_TOPICS).optional() });

/** Position in a stream that a client has already seen; browsers send it when they connect again. */
export const resumeHeaderSchema = z.object({ 'last-event-id': z.string().optional() });

/** Data of one `log` event. */
export interface LogLine {
  text: string;
  /** RFC 3339 */
  at: string;
}
