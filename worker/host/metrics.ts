import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RunnerMetrics } from '../../activities/runner-context.ts';
import type { SlotBook } from './slot-book.ts';

export interface HostMetrics extends RunnerMetrics {
  registry: Registry;
  /** Has the slots counted at each reading from now on. */
  observeSlots(book: SlotBook): void;
  observeDocker(isConnected: () => boolean): void;
  dockerLost(): void;
}

const SECONDS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60];

/** The metrics of one host worker; those of several can be added up, so each carries its host. */
export function createHostMetrics(hostId: string): HostMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ host: hostId });
  collectDefaultMetrics({ register: registry, prefix: 'runyard_host_worker_' });
  const registers = [registry];
  const launches = new Histogram({
    name: 'runyard_launch_seconds',
    help: 'From the call to launch a runner to its running container',
    labelNames: ['pool'],
    buckets: SECONDS,
    registers,
  });
  const failures = new Counter({
    name: 'runyard_host_launch_failures_total',
    help: 'Launches that a host gave up, by pool and reason',
    labelNames: ['pool', 'reason'],
    registers,
  });
  const removals = new Histogram({
    name: 'runyard_removal_seconds',
    help: "From a runner container's end to its removal",
    labelNames: ['pool'],
    buckets: SECONDS,
    registers,
  });
  const losses = new Counter({
    name: 'runyard_docker_losses_total',
    help: 'How often the Docker engine was lost sight of',
    registers,
  });
  return {
    registry,
    launched: (pool, seconds) => launches.observe({ pool }, seconds),
    launchFailed: (pool, reason) => failures.inc({ pool, reason }),
    removed: (pool, seconds) => removals.observe({ pool }, seconds),
    dockerLost: () => losses.inc(),
    observeSlots(book) {
      void new Gauge({
        name: 'runyard_host_slots',
        help: 'Slots of the host by state; capacity is all of them',
        labelNames: ['state'],
        registers,
        collect() {
          this.set({ state: 'capacity' }, book.capacity);
          this.set({ state: 'running' }, book.load.running);
          this.set({ state: 'reserved' }, book.load.reserved);
        },
      });
    },
    observeDocker(isConnected) {
      void new Gauge({
        name: 'runyard_docker_up',
        help: '1 while the Docker engine is followed',
        registers,
        collect() {
          this.set(isConnected() ? 1 : 0);
        },
      });
    },
  };
}
