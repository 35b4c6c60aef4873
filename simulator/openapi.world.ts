import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}
interface Operation {
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: unknown }> }>;
}

const file = new URL('../test/fixtures/github/openapi.json', import.meta.url);
const description = allowNull(JSON.parse(readFileSync(file, 'utf8'))) as Description;
const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addFormat('timestamp', true);
ajv.addFormat('repo.nwo', true);
ajv.addSchema(description, 'github');
const compiled = new Map<string, ValidateFunction | null>();

/** GitHub describes few of its errors one by one; the others have this shape. */
const ERROR = { $ref: 'github#/components/schemas/basic-error' };
/** Its description of this list demands that each account be a user and an enterprise at once. */
const MISDESCRIBED: Record<string, unknown> = {
  'GET /app/installations 200': {
    type: 'array',
    items: { $ref: 'github#/components/schemas/installation' },
  },
};

/**
 * Checks an answer against GitHub's own description.
 *
 * @param route such as `GET /repos/{owner}/{repo}`
 * @returns what is wrong; empty when nothing is
 * @throws when GitHub documents no such route, or no such status that isn't an error
 */
export function problemsOf(route: string, status: number, body: unknown): string[] {
  const key = `${route} ${status}`;
  let validate = compiled.get(key);
  if (validate === undefined) {
    validate = compile(route, status);
    compiled.set(key, validate);
  }
  if (validate === null || validate(body)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${key}: ${instancePath} ${message}`,
  );
}

/** Null: the answer has no body to check. */
function compile(route: string, status: number): ValidateFunction | null {
  const [method = '', path = ''] = route.split(' ');
  const operation = description.paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`GitHub describes no ${route}`);
  const misdescribed = MISDESCRIBED[`${route} ${status}`];
  if (misdescribed) return ajv.compile(misdescribed);
  let answer = operation.responses[String(status)];
  if (!answer && status >= 400) return ajv.compile(ERROR);
  if (!answer) throw new Error(`GitHub describes no ${status} of ${route}`);
  if (answer.$ref !== undefined) {
    const name = answer.$ref.split('/').at(-1) ?? '';
    answer = description.components.responses?.[name] as typeof answer;
  }
  const schema = answer.content?.['application/json']?.schema;
  return schema === undefined ? null : ajv.compile(absolute(schema) as object);
}

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own for null. */
function allowNull(piece: unknown): unknown {
  if (Array.isArray(piece)) return piece.map(allowNull);
  if (typeof piece !== 'object' || piece === null) return piece;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(piece).map(([key, value]) => [key, allowNull(value)]),
  ) as Record<string, unknown>;
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
}

function absolute(piece: unknown): unknown {
  if (Array.isArray(piece)) return piece.map(absolute);
  if (typeof piece !== 'object' || piece === null) return piece;
  return Object.fromEntries(
    Object.entries(piece).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? `github${value}` : absolute(value),
    ]),
  );
}
