import type { z } from 'zod';
import { MalformedRequestError } from './errors.ts';

/**
 * A place in a list, given to clients as text that means nothing to them. It names the last row of a
 * page rather than a count of rows, so that rows that are inserted meanwhile shift nothing.
 */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws MalformedRequestError for text that no list has given out */
export function decodeCursor<Schema extends z.ZodType>(
  schema: Schema,
  cursor: string,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new MalformedRequestError(
      'invalid_cursor',
      'The cursor is not one that this list has given out: start again without it',
    );
  }
}
