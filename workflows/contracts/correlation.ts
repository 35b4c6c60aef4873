/** Temporal header that carries the correlation id from whoever starts or signals a workflow to activities. */
export const CORRELATION_HEADER = 'correlation-id';

/** Under which a workflow's memo shows it to people. */
export const CORRELATION_MEMO = 'correlation_id';

/** The id that the first argument of a workflow has of its own. */
export function correlationOf(args: readonly unknown[]): string | undefined {
  const [input] = args;
  if (typeof input !== 'object' || input === null || !('correlationId' in input)) return undefined;
  return typeof input.correlationId === 'string' ? input.correlationId : undefined;
}
