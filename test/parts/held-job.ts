import { docker } from './remains.ts';
import type { SimulatedJob } from './simulated-github.ts';
import type { Testbed } from './testbed.ts';

/** Queues a job that writes `first line`, runs until it is let go, and then writes `second line`. */
export async function queueHeld(
  { github }: Pick<Testbed, 'github'>,
  repository: string,
  name: string,
): Promise<SimulatedJob> {
  const run = 'echo first line; until [ -e /tmp/go ]; do sleep 0.1; done; echo second line';
  const [job] = await github.queue(repository, [{ name, steps: [{ run }] }]);
  if (!job) throw new Error('The simulator queued no job');
  return job;
}

/** Lets a held job go on, as soon as it runs. */
export async function letGo(
  { runyard }: Pick<Testbed, 'runyard'>,
  job: SimulatedJob,
): Promise<void> {
  const { container_id: id } = await runyard.until(job, (one) => one.status === 'running');
  const touch = await docker.getContainer(id ?? '').exec({ Cmd: ['touch', '/tmp/go'] });
  await touch.start({ Detach: true });
}
