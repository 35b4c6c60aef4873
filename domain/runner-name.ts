/**
 * The name of a runner and of its container: `ry-<pool>-<short id>`, the short id made of GitHub's
 * job id and the number of the launch, so that a repeated step always meets the same name.
 * Pool names have at most 20 characters, so it stays below GitHub's 64.
 */
export function runnerName(pool: string, githubJobId: number, launch: number): string {
  return `ry-${pool}-${githubJobId.toString(36)}${launch === 1 ? '' : `-${launch}`}`;
}
