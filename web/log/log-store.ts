import { followStream, type StreamState } from '../live/stream.ts';
import { LogBuffer, type LogBlock } from './log-buffer.ts';

export interface LogSnapshot {
  blocks: readonly LogBlock[];
  /** `none`: there is no runner; `ended`: it is gone, and no more will come. */
  state: StreamState | 'none' | 'ended';
}

/** Milliseconds between drawings, at least: output may come in hundreds of pieces a second. */
const FLUSH_INTERVAL = 100;

const EMPTY: LogSnapshot = { blocks: [], state: 'connecting' };

/** The log of a job that has no runner. */
export const NO_LOG: LogSnapshot = { blocks: [], state: 'none' };

/** Follows one job's log, for `useSyncExternalStore`. */
export class LogStore {
  readonly #url: string;
  readonly #onRefused: () => void;
  readonly #buffer = new LogBuffer();
  #snapshot = EMPTY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notify: (() => void) | undefined;

  constructor(jobId: string, onRefused: () => void) {
    this.#url = `/api/jobs/${encodeURIComponent(jobId)}/logs?follow=1`;
    this.#onRefused = onRefused;
  }

  readonly snapshot = (): LogSnapshot => this.#snapshot;

  readonly subscribe = (notify: () => void): (() => void) => {
    this.#notify = notify;
    const stop = followStream({
      url: this.#url,
      events: ['log', 'runner', 'end'],
      onEvent: (name, data) => {
        if (name === 'log') this.#append(data);
        // GitHub gave the job to another runner, or it was launched again: its log begins anew.
        else if (name === 'runner') this.#buffer.clear();
        else {
          stop();
          this.#show('ended');
        }
      },
      onState: (state) => this.#show(state),
      // A connection that doesn't resume is sent everything from the start.
      onOpen: () => this.#buffer.clear(),
      onRefused: this.#onRefused,
    });
    return () => {
      stop();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#notify = undefined;
    };
  };

  #append(data: string): void {
    const { text } = JSON.parse(data) as { text: string };
    this.#buffer.append(text);
    this.#timer ??= setTimeout(() => this.#show(this.#snapshot.state), FLUSH_INTERVAL);
  }

  #show(state: LogSnapshot['state']): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#snapshot = { blocks: this.#buffer.blocks(), state };
    this.#notify?.();
  }
}
