import { Client, Connection } from '@temporalio/client';
import type { ApiJob } from '../test/parts/runyard-api.ts';
import type { Testbed } from '../test/parts/testbed.ts';
import { bareNetwork, bareRate, bareRun } from './bare-docker.ts';
import { watchContainers } from './container-watch.ts';
import { type Figure, figure, p50, p95, p99 } from './figures.ts';
import { cpuOf, familyOf, sumOver } from './process-cost.ts';
import { queuedWebhooks } from './sent-webhooks.ts';

const steps = [{ run: 'true' }];

/** A burst of jobs of one repository, on four slots. */
export async function burstFigures(
  bed: Testbed,
  image: string,
  memory: number,
  count: number,
): Promise<Figure[]> {
  const { system, github, runyard } = bed;
  const limits = { cpus: 1, memoryMebibytes: memory, pids: 1024 };
  const network = await bareNetwork();
  const bare = await bareRate(count / 2, 4, bareRun(image, network.id, limits));
  await network.remove();

  await github.call('PATCH', '/settings', { webhook_concurrency: 200 });
  const watch = await watchContainers(system.hostId);
  const processes = await system.processes();
  const { simulator: _, supervisor: __, ...ours } = processes;
  const families = await Promise.all(
    Object.entries(ours).map(async ([name, pid]) => ({ name, pids: await familyOf(Number(pid)) })),
  );
  const used = () => Promise.all(families.map(({ pids }) => sumOver(pids, cpuOf)));
  const before = await used();
  const begin = performance.now();
  const jobs = await github.queue('bench/burst', [{ steps }], { count });
  await github.waitForAll(900, '&repository=bench/burst');
  const seconds = (performance.now() - begin) / 1000;
  await Promise.all(
    jobs.slice(-8).map((job) => runyard.until(job, (one) => one.removed_at !== null)),
  );
  const cpu = (await used()).map((after, index) => (after - (before[index] ?? 0)) / count);
  watch.stop();
  await github.call('PATCH', '/settings', { webhook_concurrency: 20 });

  const ids = new Set(jobs.map((job) => job.id));
  const sent = (await queuedWebhooks(bed)).filter(
    ({ job_id }) => job_id !== null && ids.has(job_id),
  );
  const records = (await runyard.jobs('&repository=bench/burst')).filter((job) =>
    ids.has(job.github_job_id),
  );
  const unrecorded = jobs.length - records.filter(isWhole).length;
  const removal = [...watch.died].map(
    ([job, died]) => (watch.destroyed.get(job) ?? Number.NaN) - died,
  );
  const rate = count / seconds;
  return [
    figure(
      'webhooks of the burst acknowledged, p50',
      p50(sent.map((one) => one.milliseconds)),
      'ms',
      null,
      '',
      'told',
      () => true,
    ),
    figure(
      'webhooks of the burst acknowledged, p99',
      p99(sent.map((one) => one.milliseconds)),
      'ms',
      null,
      '',
      '≤ 1000 ms',
      (v) => v <= 1000,
    ),
    figure(
      `jobs a second, burst of ${count} on 4 slots`,
      rate,
      '/s',
      bare,
      'bare Docker',
      '≥ 80 % of bare',
      (v) => v >= 0.8 * bare,
    ),
    figure(
      'jobs of the burst without a whole record',
      unrecorded,
      '',
      null,
      '',
      '0',
      (v) => v === 0,
    ),
    ...families.map(({ name }, index) =>
      figure(`CPU a job: ${name}`, cpu[index] ?? Number.NaN, 'ms', null, '', 'told', () => true),
    ),
    figure(
      'CPU a job beyond Docker and GitHub',
      total(cpu),
      'ms',
      null,
      '',
      '≤ 65 ms',
      (v) => v <= 65,
    ),
    figure(
      'finished → removed, p95',
      p95(removal.filter(Number.isFinite)),
      'ms',
      null,
      '',
      '≤ 2000 ms',
      (v) => v <= 2000,
    ),
    ...(await historyFigures(bed, records.slice(0, 50))),
  ];
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function isWhole(job: ApiJob): boolean {
  return job.status === 'completed' && job.picked_up_at !== null && job.completed_at !== null;
}

async function historyFigures({ system }: Testbed, jobs: readonly ApiJob[]): Promise<Figure[]> {
  const connection = await Connection.connect({ address: system.endpoints.temporal });
  const client = new Client({ connection });
  const events: number[] = [];
  const bytes: number[] = [];
  for (const job of jobs) {
    const handle = client.workflow.getHandle(`job/${job.repository_id}/${job.github_job_id}`);
    events.push((await handle.fetchHistory()).events?.length ?? Number.NaN);
    bytes.push(
      (await handle.describe()).raw.workflowExecutionInfo?.historySizeBytes?.toNumber() ??
        Number.NaN,
    );
  }
  await connection.close();
  return [
    figure('events in a job’s history, p95', p95(events), '', null, '', '≤ 30', (v) => v <= 30),
    figure(
      'size of a job’s history, p95',
      p95(bytes) / 1024,
      'KiB',
      null,
      '',
      '≤ 30 KiB',
      (v) => v <= 30,
    ),
  ];
}
