import { createParser } from 'eventsource-parser';
import type { Problem } from '../api/schemas/problem.ts';
import type { ApiAddress } from './connection.ts';
import { EXIT, Failure } from './failure.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

/** Runyard's API, as a command needs it: every failure becomes a {@link Failure}. */
export class ApiClient {
  readonly #address: ApiAddress;

  constructor(address: ApiAddress) {
    this.#address = address;
  }

  get url(): string {
    return this.#address.url;
  }

  /** Reads JSON of the shape that the route's schema has. */
  async get<T>(path: string, query: Query = {}): Promise<T> {
    return (await (await this.#send('GET', path, { query })).json()) as T;
  }

  /** An answer whose body is to be read as it comes. */
  open(path: string, query: Query = {}): Promise<Response> {
    return this.#send('GET', path, { query });
  }

  async getText(path: string): Promise<string> {
    return (await this.#send('GET', path, {})).text();
  }

  async post<T>(path: string, body?: unknown, query: Query = {}): Promise<T> {
    return (await (await this.#send('POST', path, { body, query })).json()) as T;
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return (await (await this.#send('PATCH', path, { body })).json()) as T;
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return (await (await this.#send('PUT', path, { body })).json()) as T;
  }

  async delete(path: string, query: Query = {}): Promise<void> {
    await this.#send('DELETE', path, { query });
  }

  /** For a call that answers nothing. */
  async send(method: string, path: string): Promise<void> {
    await this.#send(method, path, {});
  }

  /** Follows server-sent events until the server ends the stream or `onEvent` answers false. */
  async follow(
    path: string,
    query: Query,
    onEvent: (event: string, data: string) => boolean,
  ): Promise<void> {
    const answer = await this.#send('GET', path, { query, accept: 'text/event-stream' });
    let wanted = true;
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (wanted) wanted = onEvent(event ?? 'message', data);
      },
    });
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
      if (!wanted) return;
    }
  }

  async #send(
    method: string,
    path: string,
    options: { query?: Query; body?: unknown; accept?: string },
  ): Promise<Response> {
    const url = new URL(`${this.#address.url}${path}`);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    let answer: Response;
    try {
      answer = await fetch(url, {
        method,
        headers: {
          ...(this.#address.token ? { authorization: `Bearer ${this.#address.token}` } : {}),
          ...(options.accept ? { accept: options.accept } : {}),
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new Failure(
        EXIT.unreachable,
        'unreachable',
        `Runyard doesn't answer at ${this.#address.url} (${(cause as Error).message}). Is it running? ` +
          `--url or RUNYARD_URL says where it is`,
      );
    }
    if (!answer.ok) throw await failureOf(answer);
    return answer;
  }
}

async function failureOf(answer: Response): Promise<Failure> {
  const problem = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  const fields = (problem.errors ?? []).map(({ path, message }) => `\n  ${path}: ${message}`);
  const said = `${problem.detail ?? problem.title ?? `The API answered ${answer.status}`}${fields.join('')}`;
  const code = problem.code ?? `http_${answer.status}`;
  switch (answer.status) {
    case 401:
      return new Failure(
        EXIT.notAllowed,
        code,
        `${said}. Sign in with "runyard login", or give an API token with --token or RUNYARD_TOKEN; ` +
          `"npm start" keeps one in the data folder's file admin-token`,
      );
    case 403:
      return new Failure(EXIT.notAllowed, code, said);
    case 404:
      return new Failure(EXIT.notFound, code, said);
    case 409:
      return new Failure(EXIT.conflict, code, said);
    case 400:
    case 422:
      return new Failure(EXIT.usage, code, said);
    default:
      return new Failure(EXIT.failed, code, said);
  }
}
