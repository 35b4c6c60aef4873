import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, ApiWorld } from './api.world.ts';
import { allows, type Permission, PERMISSIONS } from '../domain/principal.ts';
import type { Problem } from './schemas/problem.ts';

interface Operation {
  'x-runyard-access'?: string;
  security?: object[];
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
  summary?: string;
  operationId?: string;
}
interface Document {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

let world: ApiWorld;
let document: Document;
beforeAll(async () => {
  world = await ApiWorld.start();
  document = (await (await world.app.request('/openapi.json')).json()) as Document;
});
afterAll(() => world.stop());

/** Routes that anyone may call. Each one here is a decision. */
const PUBLIC = [
  'POST /api/auth/login',
  'POST /api/auth/refresh',
  'POST /api/auth/logout',
  'GET /api/auth/methods',
  'GET /api/auth/oidc/start',
  'GET /api/auth/oidc/callback',
  'POST /api/webhooks/github',
  'POST /api/integrations/github/webhook',
  'GET /health',
  'GET /ready',
  'GET /metrics',
  'GET /openapi.json',
  'GET /docs',
];
/** Files of the API docs. */
const FILES = /^GET \/docs\//;

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, '1-1'),
      operation,
    })),
  );

describe('every route', () => {
  it('is declared, with who may call it', () => {
    const declared = new Set(operations().map(({ name }) => name));
    const routes = world.app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
      .filter((name) => !FILES.test(name));
    expect(new Set(routes)).toEqual(declared);
    for (const { name, operation } of operations()) {
      const access = operation['x-runyard-access'];
      const isPublic = access === 'public';
      expect([name, isPublic]).toEqual([name, PUBLIC.includes(name)]);
      if (isPublic) expect(operation.security).toEqual([]);
      else expect([...PERMISSIONS, 'signed-in', 'account']).toContain(access);
    }
  });

  it('refuses who is not signed in, unless it is public', async () => {
    for (const { name, method, path, operation } of operations()) {
      if (operation['x-runyard-access'] === 'public') continue;
      const response = await world.app.request(path, { method });
      expect([name, response.status]).toEqual([name, 401]);
    }
  });

  it('answers problems for methods that it does not have, with those that it has', async () => {
    for (const path of new Set(operations().map((operation) => operation.path))) {
      // `…/provision` is also served as the `{name}` of its neighbours
      const methods = operations().flatMap(({ name, method }) => {
        const [, template = ''] = name.split(' ');
        const served = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
        return served.test(path) ? [method] : [];
      });
      const other = ['GET', 'PUT', 'PATCH'].find((method) => !methods.includes(method));
      if (!other) continue;
      const response = await world.request(path, { method: other });
      expect([path, response.status]).toEqual([path, 405]);
      const allowed = response.headers.get('Allow')?.split(', ') ?? [];
      expect(allowed.filter((method) => method !== 'HEAD').toSorted()).toEqual(
        [...new Set(methods)].toSorted(),
      );
      expect(((await response.json()) as Problem).code).toBe('method_not_allowed');
    }
  });
});

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 of this version', () => {
    const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.version).toBe(version);
    expect(document.components.securitySchemes).toEqual({
      token: { type: 'http', scheme: 'bearer' },
      session: { type: 'apiKey', in: 'cookie', name: 'runyard_access' },
    });
  });

  it('has schemas that are valid, and no reference that leads nowhere', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'document', ...document });
    const references = new Set(
      [...JSON.stringify(document).matchAll(/"\$ref":"(#[^"]+)"/g)].map(([, found]) => found),
    );
    expect(references.size).toBeGreaterThan(5);
    for (const reference of references) {
      expect(ajv.getSchema(`document${reference}`), reference).toBeDefined();
    }
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(ajv.validateSchema(schema), name).toBe(true);
    }
  });

  it('has problems and a summary at each route, and operations with names of their own', () => {
    const names = operations().map(({ operation }) => operation.operationId);
    expect(names).toContain('getJobsByIdLogs');
    expect(new Set(names).size).toBe(names.length);
    for (const { name, operation } of operations()) {
      expect(operation.summary, name).toBeTruthy();
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || name === 'GET /ready') continue;
        expect(Object.keys(response.content ?? {}), `${name} ${status}`).toEqual([
          'application/problem+json',
        ]);
      }
    }
  });

  it('can be read and tried out at /docs, with files of our own only', async () => {
    const page = await (await world.app.request('/docs')).text();
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files).toHaveLength(4);
    for (const file of files) {
      expect(file).toMatch(/^\/docs\//);
      const response = await world.app.request(file);
      expect([file, response.status]).toEqual([file, 200]);
    }
  });
});

describe('answers', () => {
  it('carry the correlation id: the one told, or a new one', async () => {
    const told = await world.request('/api/jobs', { headers: { 'X-Correlation-Id': 'abc-1' } });
    expect(told.headers.get('X-Correlation-Id')).toBe('abc-1');
    const bad = await world.request('/api/nothing', { headers: { 'X-Correlation-Id': 'a b' } });
    const id = bad.headers.get('X-Correlation-Id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(((await bad.json()) as Problem).correlation_id).toBe(id);
  });

  it('are problems for what is not there', async () => {
    for (const path of ['/api/nothing', '/api/jobs/1-1/nothing', '/nothing']) {
      const response = await world.request(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('Content-Type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        code: 'not_found',
        instance: path,
      });
    }
  });

  it('keep browsers from more than they need', async () => {
    const { headers } = await world.request('/api/jobs');
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('X-Frame-Options')).toBe('DENY');
    expect(headers.get('X-Powered-By')).toBeNull();
    expect(headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  it('are no bigger than a request may be', async () => {
    const response = await world.post('/api/jobs/1-1/cancel', { reason: 'x'.repeat(1_100_000) });
    expect(response.status).toBe(413);
  });

  it('never hold the token', async () => {
    for (const { path, method } of operations()) {
      if (path === '/api/events' || method !== 'GET') continue;
      const text = await (await world.request(path)).text();
      expect(text).not.toContain(ADMIN_TOKEN);
    }
  });
});

it('checks permissions by resource and action', () => {
  const may = (held: string, wanted: Permission) => allows({ permissions: [held] }, wanted);
  expect(may('jobs:read', 'jobs:read')).toBe(true);
  expect(may('jobs:*', 'jobs:write')).toBe(true);
  expect(may('*:read', 'hosts:read')).toBe(true);
  expect(may('jobs:read', 'jobs:write')).toBe(false);
  expect(may('*:read', 'jobs:write')).toBe(false);
  expect(may('jobs', 'jobs:read')).toBe(false);
});
