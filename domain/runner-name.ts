/**
 * The name of a runner and of its container: `ry-<pool>-<short id>`, the short id made of GitHub's
 * job id and the number of the launch, so that a repeated step always meets the same name.
 * Pool names have at most 20 characters, so it stays below GitHub's 64.
 */
export function runnerName(pool: string, githubJobId: number, launch: number): string {
  return `${prefixOf(pool)}${githubJobId.toString(36)}${launch === 1 ? '' : `-${launch}`}`;
}

/** Whether a runner of this name was launched by a job of that pool. */
export function isRunnerOf(pool: string, name: string): boolean {
  const prefix = prefixOf(pool);
  return name.startsWith(prefix) && /^[0-9a-z]+(-[0-9]+)?$/.test(name.slice(prefix.length));
}

function prefixOf(pool: string): string {
  return `ry-${pool}-`;
}
