import type { Logger } from '../config/log.ts';
import type { Secret } from '../domain/secret.ts';
import type { Database } from '../prisma/client.ts';
import type { MintedRunner, RunContainerInput } from '../workflows/contracts/host-activities.ts';
import type { ContainerEnds } from './docker/container-ends.ts';
import type { Engine } from './docker/engine.ts';
import type { WorkflowRun } from './docker/labels.ts';
import type { HostRecords } from './host-records.ts';
import type { Images } from './images.ts';
import type { Networks } from './networks.ts';

/** The host's slots, as those see them who use them. */
export interface RunnerSlots {
  /** Reserves a slot for a runner; false when there is none to be had now. */
  claim(runner: string): boolean;
  /** Takes the runner's reservation, or waits for a slot of its own, ahead of every new claim. */
  occupy(runner: string, signal: AbortSignal): Promise<void>;
  /** Gives back what the runner holds. */
  vacate(runner: string): void;
}

/** What is counted of a host's runners. */
export interface RunnerMetrics {
  /** @param seconds - from the call to the running container */
  launched(pool: string, seconds: number): void;
  launchFailed(pool: string, reason: string): void;
  /** @param seconds - from the container's end to its removal */
  removed(pool: string, seconds: number): void;
}

/** What a host worker has at hand to run runners. */
export interface RunnerContext {
  engine: Engine;
  ends: ContainerEnds;
  networks: Networks;
  images: Images;
  records: HostRecords;
  database: Database;
  slots: RunnerSlots;
  metrics: RunnerMetrics;
  log: Logger;
  /** The most output kept of one runner, in bytes. */
  logBytes: number;
}

/** One call to run a runner. */
export interface RunRequest {
  input: RunContainerInput;
  minted: Secret<MintedRunner>;
  owner: WorkflowRun;
  /** Which attempt of the activity asks; from the second on the container may stand already. */
  attempt: number;
}
