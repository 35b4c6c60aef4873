import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { App } from './app.ts';
import type { Problem } from './schemas/problem.ts';

/** The parts of JSON Schema that the document makes use of in requests. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
}
export interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  schema: Schema;
}
interface Operation {
  'x-runyard-access': string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
export interface Route {
  /** `GET /api/jobs/{id}` */
  name: string;
  method: string;
  path: string;
  access: string;
  parameters: readonly Parameter[];
  /** undefined: it takes no body */
  body: Schema | undefined;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

/** The API's own description, to make requests by, and to hold answers to. */
export class OpenapiDocument {
  readonly routes: readonly Route[];
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  private constructor(document: Document) {
    this.#document = document;
    formats.default(this.#ajv);
    this.#ajv.addSchema(document, 'runyard');
    this.routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        access: operation['x-runyard-access'],
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content['application/json']?.schema,
      })),
    );
  }

  static async of(app: App): Promise<OpenapiDocument> {
    return new OpenapiDocument((await (await app.request('/openapi.json')).json()) as Document);
  }

  /** The schema itself, where it is told by reference. */
  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const names = schema.$ref.slice(2).split('/');
    return names.reduce<unknown>(
      (at, name) => (at as Record<string, unknown>)[name],
      this.#document,
    ) as Schema;
  }

  /** What is wrong with an answer to a route: its status, media type or body; empty when nothing is. */
  async problemsOf({ method, path }: Route, response: Response): Promise<string[]> {
    const { status } = response;
    const declared = this.#document.paths[path]?.[method.toLowerCase()]?.responses[status];
    const type = response.headers.get('Content-Type')?.split(';')[0] ?? null;
    if (!declared) return [`declares no ${status}: ${await response.text()}`];
    if (type === 'text/event-stream') {
      await response.body?.cancel();
      return declared.content?.[type] ? [] : ['declares no stream'];
    }
    const text = await response.text();
    if (!declared.content) {
      if (status === 302 && !response.headers.has('Location')) return ['302 without Location'];
      return text === '' ? [] : [`${status} declares no body, and has ${text}`];
    }
    if (type === null || !declared.content[type]) return [`${status} declares no ${type}: ${text}`];
    if (!/[/+]json$/.test(type)) return [];
    const body = JSON.parse(text) as unknown;
    const pointer = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type];
    const validate = this.#validator(pointer.map((part) => escapePart(String(part))).join('/'));
    const wrong = validate(body)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}: ${text}`);
    return type === 'application/problem+json' ? [...wrong, ...faultsOf(body as Problem)] : wrong;
  }

  #validator(pointer: string): ValidateFunction {
    const known = this.#compiled.get(pointer);
    if (known) return known;
    const validate = this.#ajv.compile({ $ref: `runyard#/${pointer}/schema` });
    this.#compiled.set(pointer, validate);
    return validate;
  }
}

/** Beyond the schema: a request that has wrong fields is told which. */
function faultsOf(problem: Problem): string[] {
  const isOfFields = problem.status === 422 && problem.code !== 'idempotency_key_reused';
  return isOfFields && !problem.errors?.length ? [`422 ${problem.code} names no field`] : [];
}

/** Of a JSON pointer in a URI's fragment. */
function escapePart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
