import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowHandle } from '@temporalio/client';
import { projectRoot } from '../../config/root.ts';

const FOLDER = join(projectRoot(), 'test', 'replay', 'histories');

/** One event of a saved history, as far as the tests look into it. */
export interface SavedEvent {
  eventType: string;
  activityTaskScheduledEventAttributes?: { activityType: { name: string } };
}

/** A saved history: what Temporal's own tools write, too. */
export interface SavedHistory {
  /** Its file's name without the extension. */
  name: string;
  history: { events: SavedEvent[] };
}

/** Name of a history's file, without extension. @param workflow - such as `runner-job` */
export function historyName(workflow: string, played: string, version: string): string {
  return `${workflow}-${played}-${version}`;
}

/** Whether a history of that name was saved before. */
export function isSaved(name: string): boolean {
  return existsSync(join(FOLDER, `${name}.json`));
}

/** Every saved history, in the order of their names. */
export async function readHistories(): Promise<SavedHistory[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.json'.length),
      history: JSON.parse(await readFile(join(FOLDER, file), 'utf8')),
    })),
  );
}

/**
 * Saves the history of a workflow. What tells of the machine it ran on is left out.
 *
 * @throws Error (EEXIST) when one of that name was saved before
 */
export async function saveHistory(name: string, handle: WorkflowHandle): Promise<void> {
  const whole: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()));
  const text = JSON.stringify(
    whole,
    (key, value: unknown) => {
      if (key === 'stackTrace') return '';
      // a process and its machine, in identities and in the names of sticky queues
      return typeof value === 'string' ? value.replace(/^\d+@.+/, 'played') : value;
    },
    1,
  );
  await writeFile(join(FOLDER, `${name}.json`), `${text}\n`, { flag: 'wx' });
}
