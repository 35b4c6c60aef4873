import { idOf } from '../test/parts/runyard-api.ts';
import type { SimulatedJob } from '../test/parts/simulated-github.ts';
import type { Testbed } from '../test/parts/testbed.ts';
import { bareNetwork, bareRun, runBare } from './bare-docker.ts';
import { bareAcknowledgements } from './bare-webhook.ts';
import { watchContainers } from './container-watch.ts';
import { type Figure, figure, p50, p95, p99 } from './figures.ts';
import { queuedWebhooks } from './sent-webhooks.ts';

const steps = [{ run: 'true' }];

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
