/** Docker's answer to a call that failed; null where it gave none (unreachable, cut off, timed out). */
export function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : null;
}

export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409;
}

export function isImageMissing(error: unknown): boolean {
  return isNotFound(error) && /no such image/i.test(dockerMessage(error));
}

export function isNetworkMissing(error: unknown): boolean {
  return isNotFound(error) && /network .*not found/i.test(dockerMessage(error));
}

/** The network's addresses collide with those of one that stands already. */
export function isSubnetTaken(error: unknown): boolean {
  return statusOf(error) !== null && /overlaps/i.test(dockerMessage(error));
}

/** What went wrong, in Docker's words, on one line. */
export function dockerMessage(error: unknown): string {
  const said = (error as { json?: { message?: unknown } | null } | null)?.json?.message;
  const text =
    typeof said === 'string' ? said : error instanceof Error ? error.message : String(error);
  return text.trim().replace(/\s+/g, ' ');
}
