import { z } from '@hono/zod-openapi';

/** RFC 3339, UTC. */
export const time = () => z.iso.datetime({ offset: true });

/** GitHub's ids and our own sequences stay below 2^53. */
export const wholeNumber = () => z.int().min(0);

/** Text of a query: short, and without control characters, which PostgreSQL would refuse. */
export const queryText = () =>
  z
    .string()
    .min(1)
    .max(256)
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not hold control characters');

/** A moment in a query, between 1970 and 9999: what both JavaScript and PostgreSQL can hold. */
export const queryTime = () =>
  z.iso
    .datetime({ offset: true, abort: true })
    .refine((text) => new Date(text).getTime() >= 0, 'must not lie before 1970')
    .openapi({
      format: 'date-time',
      pattern: String.raw`^(19[7-9]\d|[2-9]\d{3})-`,
      example: '2026-11-21T06:00:00Z',
    });

/** A whole number in a query, at most 2^53 - 1. */
export const queryNumber = () =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .refine(Number.isSafeInteger, 'must be below 2^53')
    .openapi({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Several values in one parameter, `a,b`; without duplicates. */
export const queryList = <const Values extends readonly [string, ...string[]]>(values: Values) => {
  const one = `(${values.map((value) => value.replaceAll('.', String.raw`\.`)).join('|')})`;
  return z
    .string()
    .max(1000)
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(z.enum(values)))
    .openapi({
      type: 'string',
      pattern: `^${one}(,${one})*$`,
      example: values[0],
    });
};

export const paginationSchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 200')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 200, 'must be from 1 to 200')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 200, default: 50 }),
  cursor: z
    .string()
    .max(512)
    .optional()
    .openapi({ description: '`next_cursor` of the page before' }),
});

/** One page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item, name: string) =>
  z
    .object({
      items: z.array(item),
      next_cursor: z.string().nullable().describe('null on the last page'),
    })
    .openapi(name);
