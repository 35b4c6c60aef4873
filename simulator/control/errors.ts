import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';

/** What a caller of the control API did wrong, or waited for in vain. */
export class ControlError extends Error {
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, message: string) {
    super(message);
    this.status = status;
  }
}

export function answerControlError(error: Error, context: Context): Response {
  if (error instanceof ControlError) {
    return context.json({ message: error.message }, error.status);
  }
  if (error instanceof z.ZodError) return context.json({ message: z.prettifyError(error) }, 400);
  console.error(error);
  return context.json({ message: error.message }, 500);
}

/** The JSON body, or an empty object where there is none. */
export async function readBody(context: Context): Promise<unknown> {
  const text = await context.req.text();
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ControlError(400, 'The body is not JSON');
  }
}

/** An entity, or 404. */
export function found<T>(entity: T | undefined, what: string): T {
  if (entity === undefined) throw new ControlError(404, `There is no such ${what}`);
  return entity;
}
