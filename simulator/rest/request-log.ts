const MOST_REQUESTS = 10_000;

/** One request to GitHub's API. */
export interface LoggedRequest {
  id: number;
  at: string;
  method: string;
  path: string;
  /** Pattern of the route that answered it. */
  route: string | null;
  /** Null where the connection was dropped. */
  status: number | null;
  milliseconds: number;
  /** `app`, `installation <id>`, or null where it was not let in. */
  actor: string | null;
  fault: string | null;
}

/** The last requests, oldest first. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #nextId = 1;

  add(request: Omit<LoggedRequest, 'id'>): void {
    this.#requests.push({ id: this.#nextId++, ...request });
    // Cut in steps: shifting an array of thousands at each request would cost more than the request.
    if (this.#requests.length > MOST_REQUESTS * 1.2) {
      this.#requests = this.#requests.slice(-MOST_REQUESTS);
    }
  }

  list(): readonly LoggedRequest[] {
    return this.#requests;
  }

  clear(): void {
    this.#requests = [];
  }
}
