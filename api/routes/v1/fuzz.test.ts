import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiWorld } from '../../api.world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start({ REGISTRATION_PROVISION_TIMEOUT: '1ms' });
  await world.post('/api/v1/admin/teams', { name: 'blue', target: 'acme' });
  // what is valid by chance must not wait for a worker that there isn't
  await world.post('/api/v1/admin/label-policies', { subject: 'default', max_runners: 0 });
});
afterAll(() => world.stop());

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    ...['\u0000', '\ud800', '', 'x'.repeat(10_000), '../..', '%00', "'; DROP TABLE teams; --"],
    ...['__proto__', '-rf', '$(true)', 'a,b', '*'.repeat(300), '\u202e', 'team:', 'oidc:#'],
  ),
);
const odd = fc.oneof(
  hostile,
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, 2 ** 53, [], {}, [[]], ['\u0000'], [null]),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Valid requests, of which some fields are then replaced. */
const valid: Record<string, object> = {
  'POST /api/v1/runners/provision': {
    runner_name: 'mine',
    labels: ['gpu'],
    ephemeral: true,
    runner_group: 'Default',
    team: 'blue',
    mode: 'jit',
    target: 'acme',
  },
  'POST /api/v1/admin/label-policies': {
    subject: 'user:ada',
    allowed: ['gpu-*'],
    denied: [],
    required: [],
    max_runners: 1,
    max_runners_per_hour: 1,
    allow_persistent: false,
    runner_groups: [],
  },
  'POST /api/v1/admin/teams': { name: 'red', description: '', repositories: [], target: null },
  'PATCH /api/v1/admin/teams/blue': { description: '', repositories: [], target: null },
  'POST /api/v1/admin/teams/blue/members': {
    kind: 'claim',
    issuer: 'https://login.example.com',
    claim: 'groups',
    value: 'x',
  },
};

it('answers any body, and never with an error of ours', async () => {
  const bent = fc.constantFrom(...Object.entries(valid)).chain(([route, body]) =>
    fc.tuple(
      fc.constant(route),
      fc.oneof(
        odd,
        fc
          .dictionary(fc.constantFrom(...Object.keys(body), 'more'), odd, { maxKeys: 2 })
          .map((fields) => ({ ...body, ...fields })),
      ),
    ),
  );
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(bent, async ([route, body]) => {
      const [method = '', path = ''] = route.split(' ');
      const response = await world.request(path, {
        method,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      seen.add(response.status);
      expect([route, body, response.status < 500]).toEqual([route, body, true]);
    }),
    { numRuns: 250 },
  );
  expect([...seen]).toEqual(expect.arrayContaining([200, 403, 422]));
});

it('answers any path and query, and never with an error of ours', async () => {
  const encoded = hostile.map((text) => encodeURIComponent(Buffer.from(text).toString()));
  const paths = fc.oneof(
    fc.constantFrom('/runners', '/runners/allowance', '/admin/teams', '/admin/security-events'),
    encoded.map((name) => `/runners/${name}`),
    encoded.map((name) => `/runners/${name}/refresh`),
    encoded.map((name) => `/admin/teams/${name}`),
    encoded.map((name) => `/admin/teams/${name}/members/${name}`),
    encoded.map((id) => `/admin/teams/blue/members/${id}`),
    encoded.map((subject) => `/admin/label-policies/${subject}`),
  );
  const parameters = fc.dictionary(
    fc.constantFrom(
      ...['limit', 'cursor', 'status', 'team', 'target', 'force', 'type', 'severity', 'subject'],
      'since',
    ),
    fc.oneof(encoded, fc.integer().map(String)),
  );
  const methods = fc.constantFrom('GET', 'GET', 'POST', 'DELETE', 'PATCH');
  await fc.assert(
    fc.asyncProperty(methods, paths, parameters, async (method, path, query) => {
      const search = Object.entries(query).map(([name, value]) => `${name}=${value}`);
      const response = await world.request(`/api/v1${path}?${search.join('&')}`, { method });
      expect([method, path, query, response.status < 500]).toEqual([method, path, query, true]);
    }),
    { numRuns: 250 },
  );
});
