import type { ChangeSignal } from './change-signal.ts';
import type { Deadlines } from './deadlines.ts';
import type { Faults } from './faults.ts';
import type { JobLogs } from './job-logs.ts';
import type { JobQueue } from './job-queue.ts';
import type { RequestLog } from './rest/request-log.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** The open connection of a runner. */
export interface RunnerLink {
  /** Sends one line of the runner's protocol (`README.md`). */
  send(line: string): void;
  /** Ends the connection. */
  close(): void;
  /** When it last said something. */
  heardAt: number;
  /** It let an offered job lapse, and gets no other before it says something. */
  stalled: boolean;
}

/** Known once the simulator listens. */
export interface Addresses {
  /** Of the API, for the links in its answers. */
  api: string;
  /** Host and port that runners are told to connect to. */
  runner: { host: string; port: number };
}

/** The simulated GitHub: what it knows, and what is going on. Explicit first argument of every change. */
export interface World {
  readonly appId: number;
  readonly store: Store;
  readonly settings: Settings;
  readonly deadlines: Deadlines;
  readonly queue: JobQueue;
  /** By runner id. */
  readonly links: Map<number, RunnerLink>;
  readonly logs: JobLogs;
  readonly changes: ChangeSignal;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly webhooks: Webhooks;
  readonly addresses: Addresses;
}
