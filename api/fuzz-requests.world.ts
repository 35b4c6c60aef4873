import fc from 'fast-check';
import type { OpenapiDocument, Parameter, Route, Schema } from './openapi.world.ts';

/** What is there, and fits: what requests are made from beside what the document says. */
export interface Known {
  path: string | undefined;
  body: object | undefined;
}

/** A request as it is sent. */
export interface HostileRequest {
  path: string;
  headers: Record<string, string>;
  body: Buffer | string | undefined;
}

const NASTY = [
  '',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff\ud800',
  "'; DROP TABLE jobs; --",
  '$(touch /tmp/marker)',
  '../../etc/passwd',
  '..',
  '.',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '-rf',
  '%00',
  '%',
  '_',
  '\\',
  '*'.repeat(300),
  'x'.repeat(10_000),
  '\u202e\u200f',
  'Z\u0351\u036b\u0343'.repeat(50),
  '__proto__',
  'constructor',
  'a,b',
  'null',
  'NaN',
  '1e400',
  '9223372036854775808',
  '-1',
  '0x10',
  ' 1',
  'true',
  'team:',
  'oidc:#',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  'W10',
  'WzFd',
  'WyIyMDI2LTExLTIxVDA2OjAwOjAwLjAwMFoiLDFd',
];
const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 50 }),
);
const odd: fc.Arbitrary<unknown> = fc.oneof(
  nasty,
  fc.constantFrom<unknown>(
    ...[null, true, false, -1, 0, 1.5, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 63), 2 ** 31],
    ...[[], {}, [[]], [null], ['\u0000'], { toString: 1 }, { length: 1e9 }],
  ),
  fc.constant(null).map(() => nested(60)),
  fc.jsonValue({ maxDepth: 3 }),
);
/** What HTTP lets stand in a header. */
const headerText = fc.oneof(
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCodePoint(code)),
  }),
  fc.constantFrom(...NASTY.filter((text) => /^[\x20-\x7e]*$/.test(text))),
);

/** Requests for a route: some as the document wants them, most of them bent in some way. */
export function hostileRequests(
  document: OpenapiDocument,
  route: Route,
  known: Known,
): fc.Arbitrary<HostileRequest> {
  return fc
    .record({
      path: fc
        .tuple(pathOf(document, route, known.path), queryOf(document, route))
        .map(([path, query]) => `${path}${query === '' ? '' : `?${query}`}`),
      headers: headersOf(route),
      body: bodyOf(document, route, known.body),
    })
    .map(({ path, headers, body }) => ({
      path,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body,
    }));
}

function pathOf(
  document: OpenapiDocument,
  { path, parameters }: Route,
  present: string | undefined,
): fc.Arbitrary<string> {
  const parts = parameters.filter((parameter) => parameter.in === 'path');
  if (parts.length === 0) return fc.constant(path);
  const filled = fc
    .tuple(
      ...parts.map(({ schema }) =>
        fc.oneof(
          nasty.map(encode),
          valueOf(document, schema).map((value) => encode(String(value))),
          fc.constantFrom('1-1', '00000000-0000-4000-8000-000000000000', '%00', '%ff', '%zz', '7'),
        ),
      ),
    )
    .map((values) =>
      parts.reduce(
        (text, { name }, index) => text.replace(`{${name}}`, () => values[index] ?? ''),
        path,
      ),
    );
  return present === undefined
    ? filled
    : fc.oneof({ arbitrary: fc.constant(present), weight: 3 }, { arbitrary: filled, weight: 2 });
}

function queryOf(document: OpenapiDocument, { parameters }: Route): fc.Arbitrary<string> {
  const known = parameters.filter((parameter) => parameter.in === 'query');
  const unknown: fc.Arbitrary<string> = fc
    .tuple(fc.constantFrom('more', 'limit[]', '__proto__', '%00'), nasty)
    .map(([name, value]) => `${name}=${encode(value)}`);
  const pair = (parameter: Parameter) =>
    fc
      .oneof(
        { arbitrary: valueOf(document, parameter.schema).map(String), weight: 2 },
        { arbitrary: fc.oneof(nasty, fc.integer().map(String)), weight: 1 },
      )
      .map((value) => `${parameter.name}=${encode(value)}`);
  const needed = known.filter(({ required }) => required).map(pair);
  const one =
    known.length === 0 ? unknown : fc.oneof(...known.map(pair), ...known.map(pair), unknown);
  return fc
    .tuple(fc.tuple(...needed), fc.array(one, { maxLength: 3 }))
    .map(([first, more]) => [...first, ...more].join('&'));
}

const HEADERS = ['Idempotency-Key', 'X-Correlation-Id', 'Accept', 'Origin', 'X-Forwarded-For'];

function headersOf({ path, parameters }: Route): fc.Arbitrary<Record<string, string>> {
  const own = parameters.filter(({ in: place }) => place === 'header').map(({ name }) => name);
  const names = [...HEADERS, ...own, 'Cookie', 'If-None-Match', 'Accept-Language', 'Content-Type'];
  return fc.oneof(
    { arbitrary: fc.constant({}), weight: 2 },
    {
      arbitrary: fc.nat(9).map((number) => ({ 'Idempotency-Key': `${path}-${number}` })),
      weight: 1,
    },
    {
      arbitrary: fc.dictionary(fc.constantFrom(...names), headerText, { maxKeys: 2 }),
      weight: 1,
    },
  );
}

function bodyOf(
  document: OpenapiDocument,
  { method, body }: Route,
  good: object | undefined,
): fc.Arbitrary<HostileRequest['body']> {
  if (method === 'GET') return fc.constant(undefined);
  const raw = fc.constantFrom<HostileRequest['body']>(
    ...['', '{', '[]', 'null', '"', '{"a":1,"a":2}', '{"__proto__":{"a":1}}', '1e999', '\u0000'],
    '['.repeat(50_000) + ']'.repeat(50_000),
    JSON.stringify({ name: 'x'.repeat(1_100_000) }),
    Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    undefined,
  );
  if (!body)
    return fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 3 },
      { arbitrary: raw, weight: 1 },
    );
  const described = valueOf(document, body);
  const valid = good === undefined ? described : fc.oneof(described, fc.constant(good));
  const names = Object.keys(document.resolve(body).properties ?? {});
  const bent = fc
    .tuple(
      valid,
      fc.dictionary(fc.constantFrom(...names, 'more'), odd, { minKeys: 1, maxKeys: 2 }),
      fc.option(fc.constantFrom(...names, 'more')),
    )
    .map(([value, fields, dropped]) => {
      const changed: Record<string, unknown> = { ...(value as object), ...fields };
      if (dropped !== null) delete changed[dropped];
      return changed;
    });
  const json = (value: fc.Arbitrary<unknown>) => value.map((one) => JSON.stringify(one));
  return fc.oneof(
    { arbitrary: json(valid), weight: 3 },
    { arbitrary: json(bent), weight: 5 },
    { arbitrary: json(odd), weight: 1 },
    { arbitrary: raw, weight: 1 },
  );
}

/** Values that a schema allows, as far as a schema can say. */
function valueOf(document: OpenapiDocument, schema: Schema): fc.Arbitrary<unknown> {
  const {
    anyOf,
    enum: values,
    const: constant,
    properties,
    items,
    ...rest
  } = document.resolve(schema);
  if (constant !== undefined) return fc.constant(constant);
  if (values) return fc.constantFrom(...values);
  if (anyOf) return fc.oneof(...anyOf.map((one) => valueOf(document, one)));
  const types = Array.isArray(rest.type) ? rest.type : [rest.type];
  if (types.length > 1) {
    const each = types.map((type) =>
      valueOf(document, { ...rest, ...(type && { type }), ...(items && { items }) }),
    );
    return fc.oneof(...each);
  }
  switch (types[0]) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(properties ?? {}).map(([name, one]) => [name, valueOf(document, one)]),
        ),
        { requiredKeys: rest.required ?? [] },
      );
    case 'array':
      return fc.array(valueOf(document, items ?? {}), {
        maxLength: Math.min(rest.maxItems ?? 3, 3),
      });
    case 'integer':
    case 'number':
      return fc.maxSafeInteger().map((number) => clamp(number, rest));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return textOf(rest);
    default:
      return odd;
  }
}

function textOf({ pattern, format, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  switch (format) {
    case 'date-time':
      return fc
        .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case 'email':
      return fc.emailAddress();
    case 'uri':
      return fc.webUrl();
    default:
  }
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength;
  if (pattern === undefined || pattern.startsWith('^[^')) {
    const unit = pattern === undefined ? 'binary' : 'grapheme';
    const plain = fc.string({
      unit: 'grapheme-ascii',
      minLength: Math.max(minLength, 1),
      maxLength: Math.min(maxLength, 30),
    });
    const any = fc.string({ unit, minLength, maxLength: Math.min(maxLength, 60) });
    return fc.oneof(
      plain,
      any.filter((text) => fits(text) && (pattern === undefined || new RegExp(pattern).test(text))),
    );
  }
  return fc.stringMatching(new RegExp(pattern)).filter(fits);
}

function clamp(number: number, { minimum = -(2 ** 53), maximum = 2 ** 53 }: Schema): number {
  if (number >= minimum && number <= maximum) return number;
  return minimum + (Math.abs(number) % (maximum - minimum + 1));
}

function encode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

function nested(depth: number): unknown {
  return depth === 0 ? 'deep' : [{ deeper: nested(depth - 1) }];
}
