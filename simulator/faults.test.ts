import { expect, it } from 'vitest';
import { Faults, faultSchema, routePattern } from './faults.ts';

it.each([
  ['/app', '/app', true],
  ['/app', '/apps', false],
  ['/repos/*/*/actions/runners', '/repos/acme/shop/actions/runners', true],
  ['/repos/*/*/actions/runners', '/repos/acme/shop/actions/runners/7', false],
  ['/repos/**', '/repos/acme/shop/actions/runners/7', true],
  ['/**/generate-jitconfig', '/orgs/acme/actions/runners/generate-jitconfig', true],
  ['/a.c', '/abc', false],
])('route %s and path %s: %s', (route, path, matches) => {
  expect(routePattern(route).test(path)).toBe(matches);
});

it('strikes webhooks by event, action and job', () => {
  const faults = new Faults();
  faults.add(
    faultSchema.parse({ target: 'webhook', kind: 'lost', action: 'queued', job_id: 7, count: 0 }),
  );
  expect(faults.strikeWebhook('workflow_job', 'queued', 7)?.kind).toBe('lost');
  expect(faults.strikeWebhook('workflow_job', 'completed', 7)).toBeNull();
  expect(faults.strikeWebhook('workflow_job', 'queued', 8)).toBeNull();
  expect(faults.strikeRequest('GET', '/app')).toBeNull();
  expect(faults.list()).toMatchObject([{ id: 1, struck: 1 }]);
  expect(faults.remove(2)).toBe(false);
  expect(faults.remove(1)).toBe(true);
  expect(faults.strikeWebhook('workflow_job', 'queued', 7)).toBeNull();
});
