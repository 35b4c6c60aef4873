import { setTimeout as delay } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { z } from 'zod';

/** What is sent to the simulator: workflow runs of two repositories. */
const RUNS = [
  {
    repository: 'acme/storefront',
    workflow: 'CI',
    branch: 'main',
    jobs: [
      { name: 'build', steps: [{ name: 'Compile', run: 'echo Compiling; sleep 1; echo Done' }] },
      {
        name: 'unit tests',
        steps: [{ name: 'Test', run: 'for n in 1 2 3; do echo "test $n ok"; done' }],
      },
      { name: 'lint', steps: [{ name: 'Lint', run: 'echo "No problems found"' }] },
    ],
  },
  {
    repository: 'acme/payments',
    workflow: 'Release',
    branch: 'release/2.4',
    jobs: [
      { name: 'package', steps: [{ name: 'Package', run: 'echo Packing; sleep 1; uname -srm' }] },
      { name: 'smoke test', steps: [{ name: 'Check', run: 'test -d /proc && echo healthy' }] },
    ],
  },
];

const sentRuns = z.object({
  runs: z.array(
    z.object({ jobs: z.array(z.object({ id: z.number(), repository_id: z.number() })) }),
  ),
});
const jobEvent = z.object({
  id: z.string(),
  repository: z.string(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  detail: z.string().nullable(),
  queued_at: z.string(),
  picked_up_at: z.string().nullable(),
  completed_at: z.string().nullable(),
});
type JobEvent = z.output<typeof jobEvent>;

const ENDED = new Set(['completed', 'failed', 'cancelled', 'lost', 'ignored']);

/**
 * Queues the sample jobs at the simulator and tells of each as it ends, as Runyard's live events
 * have it. Resolves when all have ended.
 */
export async function runSampleJobs(options: {
  simulatorControl: string;
  api: string;
  token: string;
  line: (text: string) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { line, signal } = options;
  const waiting = new Set<string>();
  for (const run of RUNS) {
    const answer = await fetch(`${options.simulatorControl}/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(run),
      signal,
    });
    if (!answer.ok) throw new Error(`The simulator answered ${answer.status} to a sample run`);
    const { runs } = sentRuns.parse(await answer.json());
    for (const job of runs.flatMap((sent) => sent.jobs)) {
      waiting.add(`${job.repository_id}-${job.id}`);
    }
  }
  line(`Sent ${waiting.size} sample jobs of ${RUNS.length} repositories:`);
  for await (const job of jobEvents(options)) {
    if (!ENDED.has(job.status) || !waiting.delete(job.id)) continue;
    line(`  ${describe(job)}`);
    if (waiting.size === 0) return line('All sample jobs have ended.');
  }
}

/** Every change of a job from the beginning on; goes on after a break of the connection. */
async function* jobEvents(options: {
  api: string;
  token: string;
  signal: AbortSignal;
}): AsyncGenerator<JobEvent> {
  // 0: everything there is, so that nothing is missed between sending and listening
  let lastId = '0';
  while (!options.signal.aborted) {
    try {
      const answer = await fetch(`${options.api}/api/events?topics=jobs`, {
        headers: { authorization: `Bearer ${options.token}`, 'last-event-id': lastId },
        signal: options.signal,
      });
      if (!answer.ok || !answer.body) throw new Error(`The API answered ${answer.status}`);
      const events = answer.body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream());
      for await (const event of events) {
        if (event.event !== 'job') continue;
        if (event.id) lastId = event.id;
        yield jobEvent.parse(JSON.parse(event.data));
      }
    } catch (error) {
      if (options.signal.aborted) return;
      if (error instanceof z.ZodError) throw error;
    }
    await delay(500, undefined, { signal: options.signal }).catch(() => {});
  }
}

function describe(job: JobEvent): string {
  const seconds = (from: string, to: string) =>
    `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`;
  const mark = job.conclusion === 'success' ? '✓' : '✗';
  const result = job.conclusion ?? job.status;
  const times =
    job.picked_up_at && job.completed_at
      ? ` (waited ${seconds(job.queued_at, job.picked_up_at)}, ran ${seconds(job.picked_up_at, job.completed_at)})`
      : job.detail
        ? ` (${job.detail})`
        : '';
  return `${mark} ${job.repository} · ${job.name}: ${result}${times}`;
}
