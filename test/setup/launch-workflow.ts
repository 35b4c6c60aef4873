import { proxyActivities } from '@temporalio/workflow';
import { Secret } from '../../domain/secret.ts';
import type {
  ContainerOutcome,
  HostQueueActivities,
  PoolQueueActivities,
  RunContainerInput,
} from '../../workflows/contracts/host-activities.ts';
import { hostTaskQueue, poolTaskQueue } from '../../workflows/contracts/task-queues.ts';

/** The two steps of a launch that a host does, with nothing around them. */
export async function launch(input: RunContainerInput): Promise<ContainerOutcome> {
  const { claimHost } = proxyActivities<PoolQueueActivities>({
    taskQueue: poolTaskQueue(input.pool.name),
    startToCloseTimeout: '15s',
    retry: { initialInterval: '200ms' },
  });
  const { runnerName } = input;
  const { hostId } = await claimHost({ jobId: input.jobId, runnerName });
  const { runContainer } = proxyActivities<HostQueueActivities>({
    taskQueue: hostTaskQueue(hostId),
    startToCloseTimeout: '10m',
    heartbeatTimeout: '5s',
    retry: { initialInterval: '200ms', maximumInterval: '1s' },
  });
  const jitConfig = 'aml0LWNvbmZpZ3VyYXRpb24=';
  return runContainer(input, new Secret({ runnerId: 1, runnerName, jitConfig }));
}
