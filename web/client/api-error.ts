/** One field of a request that the API refused, or one of several reasons. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** An answer of the API that isn't a success, or no answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  /** Stable name of what went wrong. */
  readonly code: string;
  readonly title: string;
  /** Names the request in the server's log; `null` where the server was not reached. */
  readonly correlationId: string | null;
  readonly fields: readonly FieldProblem[];
  /** Seconds after which it is worth another try; `null` where the server doesn't say. */
  readonly retryAfter: number | null;

  constructor(problem: {
    status: number;
    code: string;
    title: string;
    detail: string;
    correlationId: string | null;
    fields?: readonly FieldProblem[];
    retryAfter?: number | null;
  }) {
    super(problem.detail);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.correlationId = problem.correlationId;
    this.fields = problem.fields ?? [];
    this.retryAfter = problem.retryAfter ?? null;
  }
}

/** The error when no answer came. */
export function unreachable(): ApiError {
  return new ApiError({
    status: 0,
    code: 'unreachable',
    title: 'Runyard can’t be reached',
    detail: 'No answer came. Check that the API is running and that the network is up.',
    correlationId: null,
  });
}

/** Reads an answer's problem+json; an answer of something else (a proxy, say) is told by its status. */
export async function readProblem(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const problem = record(body);
  const title = text(problem['title']) ?? `The server answered ${response.status}`;
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiError({
    status: response.status,
    code: text(problem['code']) ?? `http_${response.status}`,
    title,
    detail: text(problem['detail']) ?? title,
    correlationId: text(problem['correlation_id']),
    fields: Array.isArray(problem['errors']) ? problem['errors'].flatMap(fieldProblem) : [],
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
  });
}

function fieldProblem(value: unknown): FieldProblem[] {
  const { path, message } = record(value);
  return typeof path === 'string' && typeof message === 'string' ? [{ path, message }] : [];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
