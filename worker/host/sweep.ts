import pLimit from 'p-limit';
import { removeContainer } from '../../activities/docker/containers.ts';
import type { Engine } from '../../activities/docker/engine.ts';
import { hostFilter, LABELS, type WorkflowRun } from '../../activities/docker/labels.ts';
import type { HostRecords } from '../../activities/host-records.ts';
import type { Runners } from '../../activities/runners.ts';
import type { Logger } from '../../config/log.ts';
import type { SlotBook } from './slot-book.ts';

/** Questions to Temporal at once. */
const QUESTIONS = 8;

export interface SweepDependencies {
  engine: Engine;
  book: SlotBook;
  runners: Runners;
  records: HostRecords;
  /** Asks Temporal whether a workflow's run goes on. */
  isWorkflowOpen: (run: WorkflowRun) => Promise<boolean>;
  log: Logger;
}

/**
 * Sets the host's containers right, for those that nobody here attends to: what was never started, or
 * whose workflow is over, is removed; the rest gets its slot, and waits for its activity to come back.
 * Only containers with this host's label are looked at.
 */
export async function sweepContainers(dependencies: SweepDependencies): Promise<void> {
  const { engine, book, runners } = dependencies;
  const containers = await engine.docker.listContainers({
    all: true,
    filters: { label: hostFilter(engine.hostId) },
  });
  const there = new Set<string>();
  const limit = pLimit(QUESTIONS);
  await Promise.all(
    containers.map((container) =>
      limit(async () => {
        const runner = container.Labels[LABELS.runner] ?? '';
        there.add(runner);
        const run = runners.find(runner);
        if (run && run.attendants > 0) return;
        const kept =
          container.State !== 'created' && (await isWanted(dependencies, container.Labels));
        if (kept) {
          if (!run) book.adopt(runner);
        } else if (run) run.remove(0);
        else await removeOrphan(dependencies, container.Id, runner);
      }),
    ),
  );
  for (const runner of book.runners) {
    if (!there.has(runner) && !runners.find(runner)) book.vacate(runner);
  }
}

async function isWanted(
  { isWorkflowOpen, log }: SweepDependencies,
  labels: Record<string, string>,
): Promise<boolean> {
  const workflowId = labels[LABELS.workflow];
  const runId = labels[LABELS.run];
  if (!workflowId || !runId) return false;
  try {
    return await isWorkflowOpen({ workflowId, runId });
  } catch (error) {
    log.warn(
      { workflowId, error: String(error) },
      'Temporal does not say whether a workflow is open',
    );
    return true;
  }
}

async function removeOrphan(
  { engine, book, records, log }: SweepDependencies,
  id: string,
  runnerName: string,
): Promise<void> {
  log.info({ runner: runnerName }, 'Removing a container that no workflow wants');
  await removeContainer(engine, id);
  book.vacate(runnerName);
  const end = { runnerName, exitCode: null, exitedAt: null, removedAt: new Date() };
  records.ended(end).catch((error: unknown) => log.error({ error }, 'An end is not recorded'));
}
