import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotJsonError, parseDelivery, WrongShapeError } from './parse-delivery.ts';

interface Examples {
  name: string;
  examples: Record<string, unknown>[];
}
const require = createRequire(import.meta.url);
const events = require('@octokit/webhooks-examples') as Examples[];
const jobExamples = events.find(({ name }) => name === 'workflow_job')?.examples ?? [];
const example = (action: string) => {
  const found = jobExamples.findLast((one) => one['action'] === action);
  if (!found) throw new Error(`no example of ${action}`);
  return structuredClone(found) as {
    workflow_job: Record<string, unknown>;
    [key: string]: unknown;
  };
};
const parse = (body: unknown, event = 'workflow_job') => parseDelivery(event, JSON.stringify(body));

describe("GitHub's examples", () => {
  it.each(events.map(({ name, examples }) => [name, examples] as const))(
    'understands %s',
    (name, examples) => {
      expect(examples.length).toBeGreaterThan(0);
      for (const body of examples) {
        const parsed = parse(body, name);
        expect(parsed.action).toBe(body['action'] ?? null);
        if (name !== 'workflow_job') expect(parsed.job).toBeNull();
      }
    },
  );

  it('takes everything of a queued job, but no runner', () => {
    const body = example('queued');
    body.workflow_job['runner_name'] = 'someone';
    expect(parse(body).job).toEqual({
      githubStatus: 'queued',
      githubJobId: 12877621891,
      runId: 4747967848,
      runAttempt: 1,
      repositoryId: (body['repository'] as { id: number }).id,
      repository: 'lineville/elastic-machines-testing',
      installationId: 23154469,
      workflowName: 'Env Test',
      name: 'test',
      labels: ['self-hosted', 'k8s'],
      branch: 'main',
      headSha: '16c5286e8d9a0629956a28938386b36608707a71',
      githubUrl:
        'https://github.com/lineville/elastic-machines-testing/actions/runs/4747967848/jobs/8433573014',
      conclusion: null,
      runnerName: null,
      queuedAt: '2023-04-19T21:12:12Z',
      startedAt: null,
      completedAt: null,
    });
  });

  it('takes runner, times and conclusion of a completed job', () => {
    expect(parse(example('completed')).job).toMatchObject({
      githubStatus: 'completed',
      conclusion: 'success',
      runnerName: 'GitHub Actions 5',
      startedAt: '2021-08-05T10:34:58Z',
      completedAt: '2021-08-05T10:38:16Z',
    });
  });
});

it('uses neither a job that waits for approval, nor an unknown action, nor an absent job', () => {
  expect(parse(example('waiting')).job).toBeNull();
  expect(parse({ ...example('queued'), action: 'constructor' }).job).toBeNull();
  expect(parse({ ...example('queued'), workflow_job: null }).job).toBeNull();
});

it('knows no start of a job that no runner took', () => {
  const body = example('completed');
  body.workflow_job['runner_name'] = '';
  expect(parse(body).job).toMatchObject({ runnerName: null, startedAt: null });
});

it('keeps no link but to the web', () => {
  const body = example('queued');
  body.workflow_job['html_url'] = 'javascript:alert(1)';
  expect(parse(body).job?.githubUrl).toBeNull();
});

it('tells which field is wrong', () => {
  const body = example('queued');
  body.workflow_job['labels'] = 'self-hosted';
  body.workflow_job['id'] = -1;
  const error = catchError(() => parse(body));
  expect(error).toBeInstanceOf(WrongShapeError);
  expect((error as WrongShapeError).errors.map(({ path }) => path)).toEqual([
    'workflow_job.id',
    'workflow_job.labels',
  ]);
});

it.each(['', '{', 'payload=%7B%7D', '\u0000'])('refuses %j as not JSON', (text) => {
  expect(() => parseDelivery('workflow_job', text)).toThrow(NotJsonError);
});

it('answers any JSON with a delivery or with what is wrong with it', () => {
  const events_ = fc.constantFrom('workflow_job', 'push', 'ping');
  fc.assert(
    fc.property(events_, fc.jsonValue({ maxDepth: 4 }), (event, value) => {
      const outcome = catchError(() => parse(value, event));
      expect(outcome === undefined || outcome instanceof WrongShapeError).toBe(true);
    }),
  );
});

function catchError(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
