import { type DataFolder, FILES } from './data-folder.ts';
import type { Supervised } from './supervised.ts';

/** Name of a process in `processes.json`. */
export type ProcessName =
  | 'postgres'
  | 'temporal'
  | 'simulator'
  | 'api'
  | 'control_worker'
  | 'host_worker';

/** Milliseconds that each gets to end by itself, those that need the others first. */
const STOPPING: readonly { names: readonly ProcessName[]; patience: number }[] = [
  { names: ['host_worker', 'control_worker', 'api'], patience: 15_000 },
  { names: ['simulator'], patience: 3_000 },
  { names: ['temporal'], patience: 5_000 },
  { names: ['postgres'], patience: 5_000 },
];

/** The supervised processes of one system, and the file that tells others their pids. */
export class ProcessTable {
  readonly #folder: DataFolder;
  readonly #processes = new Map<ProcessName, Supervised>();
  readonly #pids: Record<string, number> = { supervisor: process.pid };
  #written: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(folder: DataFolder) {
    this.#folder = folder;
  }

  /** Starts a process and keeps it. @throws Error when it can't be brought up, or all are being stopped */
  async start(name: ProcessName, supervised: Supervised): Promise<void> {
    if (this.#stopping) throw new Error('The start was broken off');
    this.#processes.set(name, supervised);
    await supervised.start();
  }

  /** Notes a process's pid, or that it has none now. */
  record(name: ProcessName, pid: number | undefined): void {
    if (pid === undefined) delete this.#pids[name];
    else this.#pids[name] = pid;
    void this.save();
  }

  save(): Promise<void> {
    this.#written = this.#written
      .then(() => this.#folder.writeJson(FILES.processes, this.#pids))
      .catch(() => {
        // the folder may be gone, removed under our feet: nobody is left to read it then
      });
    return this.#written;
  }

  /** Stops all in the reverse order of their needs, each cleanly where it does so in time. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { names, patience } of STOPPING) {
      await Promise.all(names.map((name) => this.#processes.get(name)?.stop(patience)));
    }
    await this.save();
  }

  /** Ends all at once, when somebody won't wait. */
  kill(): void {
    this.#stopping = true;
    for (const supervised of this.#processes.values()) supervised.kill();
  }
}
