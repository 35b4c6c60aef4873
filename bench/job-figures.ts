import { Client, Connection } from '@temporalio/client';
import { idOf, type ApiJob } from '../test/parts/runyard-api.ts';
import type { SimulatedJob } from '../test/parts/simulated-github.ts';
import type { Testbed } from '../test/parts/testbed.ts';
import { bareNetwork, bareRate, type BareRun, docker, runBare } from './bare-docker.ts';
import { bareAcknowledgements, p50, p95, p99 } from './bare-webhook.ts';
import { watchContainers } from './container-watch.ts';
import type { Figure } from './figures.ts';
import { cpuOf, familyOf, sumOver } from './process-cost.ts';

interface SentWebhook {
  job_id: number | null;
  delivered_at: string;
  milliseconds: number;
}

/** How long each `queued` webhook took to be acknowledged, and when it was sent. */
async function queuedWebhooks({ github }: Testbed): Promise<SentWebhook[]> {
  await github.call('GET', '/deliveries/idle?timeout=60');
  const { deliveries } = await github.call<{ deliveries: SentWebhook[] }>(
    'GET',
    '/deliveries?event=workflow_job&action=queued',
  );
  return deliveries;
}

const steps = [{ run: 'true' }];

/** The same container as Runyard's runners, that only reads its line and ends. */
export function bareRun(image: string, networkId: string, limits: BareRun['pool']['limits']) {
  let number = 0;
  return async (): Promise<BareRun> => {
    number += 1;
    return {
      name: `runyard-bench-${process.pid}-${number}`,
      image,
      command: ['/bin/sh', '-c', 'read -r line && true'],
      input: 'a line',
      networkId,
      pool: { limits, user: '1001' },
    };
  };
}

/** One job at a time, on a system with nothing else to do. */
export async function idleFigures(bed: Testbed, image: string, memory: number): Promise<Figure[]> {
  const { system, github, runyard } = bed;
  const count = 40;
  const limits = { cpus: 1, memoryMebibytes: memory, pids: 1024 };
  const network = await bareNetwork();
  const next = bareRun(image, network.id, limits);
  const watch = await watchContainers(system.hostId);
  const bare: number[] = [];
  const jobs: SimulatedJob[] = [];
  // in turns, so that both meet the same machine
  for (let index = 0; index < count + 5; index += 1) {
    const { started, over } = await runBare(await next());
    await over;
    const [job] = await github.queue('bench/idle', [{ steps }]);
    if (!job) throw new Error('The simulator queued no job');
    await runyard.until(job, (one) => one.removed_at !== null);
    if (index >= 5) {
      bare.push(started);
      jobs.push(job);
    }
  }
  watch.stop();
  await network.remove();
  const webhooks = new Map((await queuedWebhooks(bed)).map((one) => [one.job_id, one]));
  const sent = (job: SimulatedJob) => {
    const webhook = webhooks.get(job.id);
    return webhook ? Date.parse(webhook.delivered_at) - webhook.milliseconds : Number.NaN;
  };
  const acknowledged = jobs.map((job) => webhooks.get(job.id)?.milliseconds ?? Number.NaN);
  const launched = jobs.map((job) => (watch.started.get(idOf(job)) ?? Number.NaN) - sent(job));
  const least = await bareAcknowledgements(system.endpoints.temporal, count);
  return [
    figure(
      'webhook acknowledged, idle, p50',
      p50(acknowledged),
      'ms',
      p50(least.idle),
      'least code',
      '≤ 12 ms',
      (v) => v <= 12,
    ),
    figure(
      'webhook acknowledged, idle, p99',
      p99(acknowledged),
      'ms',
      p99(least.idle),
      'least code',
      '≤ 40 ms',
      (v) => v <= 40,
    ),
    figure(
      'webhook → container running, p50',
      p50(launched),
      'ms',
      p50(bare),
      'bare Docker',
      'bare + 30 ms',
      (v) => v <= p50(bare) + 30,
    ),
    figure(
      'webhook → container running, p95',
      p95(launched),
      'ms',
      p95(bare),
      'bare Docker',
      'bare + 100 ms',
      (v) => v <= p95(bare) + 100,
    ),
    figure(
      '200 webhooks at once, least code, p99',
      p99(least.atOnce),
      'ms',
      null,
      '',
      'a floor',
      () => true,
    ),
  ];
}

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

/** So many runners at once, from nothing. */
export async function rampFigures(bed: Testbed, image: string, memory: number): Promise<Figure[]> {
  const { system, github } = bed;
  const count = 30;
  const limits = { cpus: 1, memoryMebibytes: memory, pids: 1024 };
  const network = await bareNetwork();
  const next = bareRun(image, network.id, limits);
  const bareBegin = performance.now();
  const runs = await Promise.all(
    Array.from({ length: count }, async () =>
      runBare({ ...(await next()), command: ['/bin/sh', '-c', 'read -r line; sleep 3'] }),
    ),
  );
  const bare = performance.now() - bareBegin;
  await Promise.all(runs.map(({ over }) => over));
  await network.remove();

  const watch = await watchContainers(system.hostId);
  const begin = Date.now();
  await github.queue('bench/ramp', [{ steps: [{ run: 'sleep 3' }] }], { count });
  await github.waitForAll(120, '&repository=bench/ramp');
  watch.stop();
  const last = Math.max(...watch.started.values()) - begin;
  return [
    figure(
      '30 runners from nothing',
      last,
      'ms',
      bare,
      'bare Docker, all at once',
      '≤ 1.25 × bare',
      (v) => v <= 1.25 * bare,
    ),
  ];
}

/** Removes an image's bench containers that an interrupted run left. */
export async function removeLeftovers(): Promise<void> {
  for (const { Id, Names } of await docker.listContainers({ all: true })) {
    if (Names.some((name) => name.startsWith('/runyard-bench-'))) {
      await docker.getContainer(Id).remove({ force: true });
    }
  }
}

export function figure(
  name: string,
  value: number,
  unit: string,
  floor: number | null,
  floorName: string,
  goal: string,
  isReached: (value: number) => boolean,
): Figure {
  return { name, value, unit, floor, floorName, goal, reached: isReached(value) };
}
