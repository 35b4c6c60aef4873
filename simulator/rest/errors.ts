import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

const DOCUMENTATION = 'https://docs.github.com/rest';

/** An answer of GitHub's that is an error. */
export class GithubError extends Error {
  readonly status: ContentfulStatusCode;
  readonly errors: unknown[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: ContentfulStatusCode,
    message: string,
    options: { errors?: unknown[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

/** GitHub answers this for what isn't there, and for what the caller may not see. */
export function notFound(): GithubError {
  return new GithubError(404, 'Not Found');
}

export function answerError(context: Context, error: GithubError): Response {
  return context.json(
    {
      message: error.message,
      ...(error.errors ? { errors: error.errors } : {}),
      documentation_url: DOCUMENTATION,
      status: String(error.status),
    },
    error.status,
    error.headers,
  );
}
