import type Docker from 'dockerode';
import type { RunContainerInput } from '../../workflows/contracts/host-activities.ts';
import { containerLabels, type WorkflowRun } from './labels.ts';

/** Docker's own copy of the output holds this many times what is kept: JSON escapes make it longer. */
const LOG_FILE_FACTOR = 4;

/**
 * How a runner's container is made. Nothing here is secret: the JIT configuration comes by standard
 * input, which ends with it.
 *
 * @param options.logBytes - the most output that is kept of one runner
 */
export function containerOptions(options: {
  hostId: string;
  networkId: string;
  owner: WorkflowRun;
  input: RunContainerInput;
  logBytes: number;
}): Docker.ContainerCreateOptions {
  const { input } = options;
  const { limits } = input.pool;
  const memory = limits.memoryMebibytes * 2 ** 20;
  return {
    name: input.runnerName,
    Image: input.pool.image,
    Cmd: [...input.pool.command],
    // the image's own entry point would take the command as its arguments
    Entrypoint: [],
    User: input.pool.user,
    Env: [],
    Labels: containerLabels(options.hostId, options.owner, input),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    HostConfig: {
      NetworkMode: options.networkId,
      NanoCpus: Math.round(limits.cpus * 1e9),
      Memory: memory,
      // the same as Memory: no swap on top
      MemorySwap: memory,
      PidsLimit: limits.pids,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      LogConfig: {
        Type: 'json-file',
        Config: {
          'max-size': `${Math.ceil((options.logBytes * LOG_FILE_FACTOR) / 1024)}k`,
          'max-file': '1',
        },
      },
    },
  };
}
