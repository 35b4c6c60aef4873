import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiWorld, randomId, workflowJob } from '../api.world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '\u0000',
    '\ud800',
    "'; DROP TABLE jobs; --",
    '$(touch /tmp/marker)',
    '../../etc/passwd',
    '{{7*7}}',
    '<script>alert(1)</script>',
    '-rf',
    'x'.repeat(10_000),
    '\u202e\u200f',
    '%00',
    '__proto__',
    '',
  ),
);
const odd = fc.oneof(
  hostile,
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, 2 ** 53, -(2 ** 31) - 1, [], {}, [[]]),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A valid payload with some of its fields replaced. */
const bent = fc
  .tuple(
    fc.constantFrom('queued', 'in_progress', 'completed', 'waiting'),
    fc.dictionary(
      fc.constantFrom(
        ...['id', 'run_id', 'run_attempt', 'workflow_name', 'name', 'labels', 'head_branch'],
        ...['head_sha', 'html_url', 'status', 'conclusion', 'runner_name', 'created_at'],
        ...['started_at', 'completed_at', 'something_new'],
      ),
      odd,
      { maxKeys: 4 },
    ),
    fc.dictionary(
      fc.constantFrom('action', 'workflow_job', 'repository', 'installation', 'ref', 'after'),
      odd,
      { maxKeys: 1 },
    ),
  )
  .map(([action, fields, top]) => ({
    ...workflowJob(action, { id: randomId(), ...fields }),
    ...top,
  }));

it('answers any webhook with a valid signature, and never with an error of ours', async () => {
  const events = fc.constantFrom('workflow_job', 'workflow_job', 'push', 'ping', 'check_run');
  await fc.assert(
    fc.asyncProperty(events, fc.oneof(bent, fc.jsonValue()), async (event, body) => {
      const guid = randomUUID();
      const response = await world.webhook(body, { event, guid });
      expect([200, 202, 400, 422]).toContain(response.status);
      // Whatever came is in the inbox, so that an operator sees it.
      const row = await world.delivery(guid);
      expect(row.statusCode).toBe(response.status);
      const text = await response.text();
      expect(() => JSON.parse(text) as unknown).not.toThrow();
    }),
    { numRuns: 300 },
  );
});

it('keeps hostile names as they are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
      async (name, branch) => {
        const id = randomId();
        const body = workflowJob('queued', { id, name, head_branch: branch });
        const response = await world.webhook(body);
        expect(response.status).toBe(202);
        const job = await world.request(`/api/jobs/1296269-${id}`);
        expect(await job.json()).toMatchObject({ name, branch });
      },
    ),
    { numRuns: 50 },
  );
});
