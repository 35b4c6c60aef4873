import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestbed, type Testbed } from '../parts/testbed.ts';

const JOBS = 30;

let system: Testbed['system'];
let github: Testbed['github'];
let runyard: Testbed['runyard'];
let expectNothingLeft: Testbed['expectNothingLeft'];

beforeAll(async () => {
  ({ system, github, runyard, expectNothingLeft } = await startTestbed('crashes', {
    HOST_CAPACITY: String(JOBS),
    POOL_MEMORY_MIB: '64',
    PICKUP_TIMEOUT: '20s',
    COMPLETION_GRACE: '2s',
    RECONCILE_INTERVAL: '5s',
  }));
});
afterAll(() => system?.stop());

describe(`SIGKILL in the middle of ${JOBS} running jobs`, () => {
  it.each(['control_worker', 'host_worker', 'api', 'temporal', 'postgres'] as const)(
    'of %s: every job ends once, and nothing is left',
    async (part) => {
      const script = 'echo the-only-run; sleep 4; echo the-only-end';
      const jobs = await github.queue(
        `acme/kill-${part.replace('_', '-')}`,
        [{ steps: [{ run: script }] }],
        {
          count: JOBS,
        },
      );
      // in the middle: some run, some are being launched
      await github.call(
        'GET',
        `/jobs/wait?status=in_progress&count=10&run_id=&repository=${jobs[0]?.repository}&timeout=60`,
      );
      await system.kill(part, 'SIGKILL');
      await github.waitForAll(150, `&repository=${jobs[0]?.repository}`);
      for (const job of jobs) {
        const over = await runyard.ended(job, 120);
        expect(over).toMatchObject({
          status: 'completed',
          conclusion: 'success',
        });
        const log = await github.jobLog(job);
        expect(log.match(/^the-only-run$/gm)).toHaveLength(1);
        expect(log.match(/^the-only-end$/gm)).toHaveLength(1);
        // its own log was kept whole, whoever died meanwhile
        await runyard.until(job, (one) => one.removed_at !== null, 60);
        expect((await runyard.log(job)).match(/^the-only-end$/gm)).toHaveLength(1);
      }
      await expectNothingLeft(jobs);
    },
    300_000,
  );
});
