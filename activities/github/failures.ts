import { ApplicationFailure } from '@temporalio/common';
import { RequestError } from '@octokit/request-error';
import { GITHUB_REFUSED, RATE_LIMITED } from '../../workflows/contracts/control-activities.ts';

/** GitHub asks for at least a minute's pause where it names no time. */
const DEFAULT_PAUSE = 60_000;

/** Status and GitHub's own message of a failed call; null for anything that GitHub did not answer. */
export function refusal(error: unknown): { status: number; message: string } | null {
  if (!(error instanceof RequestError) || !error.response) return null;
  return { status: error.status, message: error.message.split(' - https://')[0] ?? error.message };
}

/**
 * Tells the errors of GitHub apart: rate limits name the time to go on, a refusal that no retry can
 * mend says what to look at, everything else (5xx, network) is worth a retry.
 *
 * Rate limits: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
 *
 * @param doing - what was tried, as in "register a runner for acme/web"
 * @param now - milliseconds since the epoch
 */
export function githubFailure(error: unknown, doing: string, now: number): ApplicationFailure {
  const refused = refusal(error);
  const headers = error instanceof RequestError ? error.response?.headers : undefined;
  if (!refused || refused.status >= 500) {
    const why = refused ? `it answered ${refused.status}` : 'it could not be reached';
    return ApplicationFailure.retryable(`GitHub could not ${doing}: ${why}`, 'GithubUnavailable');
  }
  const { status, message } = refused;
  const isLimit =
    status === 429 ||
    (status === 403 &&
      (headers?.['retry-after'] !== undefined ||
        headers?.['x-ratelimit-remaining'] === '0' ||
        /rate limit/i.test(message)));
  if (isLimit) {
    const until = new Date(rateLimitEnd(headers ?? {}, now)).toISOString();
    return ApplicationFailure.nonRetryable(
      `GitHub's rate limit is used up until ${until}`,
      RATE_LIMITED,
      until,
    );
  }
  return ApplicationFailure.nonRetryable(
    `GitHub refused to ${doing} (${status} ${message}): ${ADVICE[status] ?? 'see GitHub’s answer'}`,
    GITHUB_REFUSED,
  );
}

const ADVICE: Record<number, string> = {
  401: 'check GITHUB_APP_ID, the private key, and this machine’s clock',
  403: 'the GitHub App needs the permission “Administration: read and write” on the repository (or “Self-hosted runners” of the organization) and “Actions: read and write”',
  404: 'install the GitHub App on the repository, and check that it still exists',
  422: 'check the pool’s runner group and labels',
};

function rateLimitEnd(headers: Record<string, unknown>, now: number): number {
  const after = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(after)) return now + after * 1000;
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000;
  return Number.isFinite(reset) && reset > now ? reset : now + DEFAULT_PAUSE;
}
