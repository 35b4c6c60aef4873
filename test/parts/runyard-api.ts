import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { z } from 'zod';
import type { jobSchema } from '../../api/schemas/job.ts';
import type { SimulatedJob } from './simulated-github.ts';

export type ApiJob = z.output<typeof jobSchema>;

const ENDED = new Set(['completed', 'failed', 'cancelled', 'lost', 'ignored']);

/** Runyard's HTTP API as a client with the admin token sees it. */
export class RunyardApi {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async request(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.request('GET', path);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The API answered ${answer.status} to ${path}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** One job; null while the API has not heard of it. */
  async job(job: SimulatedJob): Promise<ApiJob | null> {
    const answer = await this.request('GET', `/api/jobs/${idOf(job)}`);
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`The API answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as ApiJob;
  }

  async log(job: SimulatedJob): Promise<string> {
    return (await this.request('GET', `/api/jobs/${idOf(job)}/logs`)).text();
  }

  /** Every job of the list, page by page. */
  async jobs(query = ''): Promise<ApiJob[]> {
    const all: ApiJob[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: ApiJob[]; next_cursor: string | null } = await this.get(
        `/api/jobs?limit=100${query}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      all.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return all;
  }

  /**
   * Waits, by the live events, until something holds for a job. It is looked at once at the start,
   * and the API's own outages are waited out.
   */
  async until(job: SimulatedJob, holds: (job: ApiJob) => boolean, seconds = 60): Promise<ApiJob> {
    const signal = AbortSignal.timeout(seconds * 1000);
    let last: ApiJob | null = null;
    while (!signal.aborted) {
      try {
        const answer = await fetch(`${this.#url}/api/events?topics=jobs`, {
          headers: { authorization: `Bearer ${this.#token}` },
          signal,
        });
        last = await this.job(job);
        if (last && holds(last)) return last;
        const events = answer.body
          ?.pipeThrough(new TextDecoderStream())
          .pipeThrough(new EventSourceParserStream());
        for await (const { event, data } of events ?? []) {
          if (event !== 'job') continue;
          const told = JSON.parse(data) as ApiJob;
          if (told.id !== idOf(job)) continue;
          last = told;
          if (holds(told)) return told;
        }
      } catch (error) {
        if (!signal.aborted && !(error instanceof TypeError)) throw error;
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Waited ${seconds} s in vain for ${idOf(job)}: ${JSON.stringify(last)}`);
  }

  /** Waits until a job is over, and its container removed where it had one. */
  ended(job: SimulatedJob, seconds = 60): Promise<ApiJob> {
    return this.until(job, (one) => ENDED.has(one.status), seconds);
  }
}

/** Runyard's id of a job that the simulator queued. */
export function idOf(job: SimulatedJob): string {
  return `${job.repository_id}-${job.id}`;
}
