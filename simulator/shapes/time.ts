/** A time as GitHub writes it: UTC, whole seconds. */
export function githubTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** A time as GitHub writes it, or null where there is none. */
export function githubTimeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : githubTime(milliseconds);
}

/** An opaque id of GraphQL's kind. */
export function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(`04:${kind}:${id}`).toString('base64url')}`;
}
