/** A field of a request that is wrong. */
export interface FieldError {
  path: string;
  message: string;
}

/** An error that the caller is told of. One place turns it into problem+json. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    extra: {
      errors?: readonly FieldError[];
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.errors = extra.errors;
    this.headers = extra.headers ?? {};
  }
}

export class MalformedRequestError extends ApiError {
  constructor(code: string, detail: string) {
    super(400, code, detail);
  }
}

export class InvalidRequestError extends ApiError {
  constructor(errors: readonly FieldError[]) {
    const first = errors[0];
    const where = first ? ` (${first.path || 'body'}: ${first.message})` : '';
    super(422, 'invalid_request', `The request has fields that are not valid${where}`, { errors });
  }
}

export class NotSignedInError extends ApiError {
  constructor(detail = 'Send "Authorization: Bearer <token>", or sign in at POST /api/auth/login') {
    super(401, 'not_signed_in', detail, { headers: { 'WWW-Authenticate': 'Bearer' } });
  }
}

/** Says the same whether the user, the password or the account's state is to blame. */
export class InvalidCredentialsError extends ApiError {
  constructor() {
    super(401, 'invalid_credentials', 'User name or password is not right');
  }
}

/** Said of accounts that exist and of those that don't. */
export class LockedOutError extends ApiError {
  constructor(retryAfterSeconds: number) {
    super(429, 'locked_out', `Too many sign-ins have failed: try again in ${retryAfterSeconds} s`, {
      headers: { 'Retry-After': String(retryAfterSeconds) },
    });
  }
}

export class SessionEndedError extends ApiError {
  constructor() {
    super(401, 'session_ended', 'This session is over: sign in again', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
}

export class ForbiddenError extends ApiError {
  constructor(permission: string) {
    super(
      403,
      'forbidden',
      permission === 'account'
        ? 'This needs a session, or an API token that may do all that its user may'
        : `This needs the permission ${permission}, which you do not have`,
    );
  }
}

export class CrossSiteError extends ApiError {
  constructor() {
    super(403, 'cross_site_request', 'A session is only accepted from the dashboard itself');
  }
}

export class NotFoundError extends ApiError {
  constructor(what: string) {
    super(404, 'not_found', `There is no ${what}`);
  }
}

export class MethodNotAllowedError extends ApiError {
  constructor(method: string, allowed: readonly string[]) {
    super(405, 'method_not_allowed', `${method} is not possible here`, {
      headers: { Allow: allowed.join(', ') },
    });
  }
}

export class ConflictError extends ApiError {
  constructor(code: string, detail: string) {
    super(409, code, detail);
  }
}

export class BodyTooLargeError extends ApiError {
  constructor(limit: number) {
    super(413, 'body_too_large', `The body is larger than ${limit} bytes`);
  }
}

export class TooManyRequestsError extends ApiError {
  constructor(retryAfterSeconds: number) {
    super(429, 'too_many_requests', `Too many requests: try again in ${retryAfterSeconds} s`, {
      headers: { 'Retry-After': String(retryAfterSeconds) },
    });
  }
}

const UNAVAILABLE_PARTS = {
  audit_unavailable: 'The audit log',
  database_unavailable: 'The database',
  temporal_unavailable: 'Temporal',
} as const;

/** Something that Runyard needs can't be reached; trying again later is the remedy. */
export class UnavailableError extends ApiError {
  constructor(
    code: 'audit_unavailable' | 'database_unavailable' | 'temporal_unavailable',
    cause?: unknown,
  ) {
    const what = UNAVAILABLE_PARTS[code];
    super(503, code, `${what} can't be reached at the moment: try again`, {
      headers: { 'Retry-After': '5' },
      cause,
    });
  }
}
