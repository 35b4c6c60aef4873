/** Cores are lent out twice over, because runners mostly wait for disks and networks. */
const CORE_OVERCOMMIT = 2;
/** What the system itself, the engine and the page cache keep. */
const SYSTEM_SHARE = 0.1;

/**
 * How many runners a host takes when nothing is configured: as many as its memory holds without
 * overcommitment, and no more than twice its cores; at least one.
 */
export function hostCapacity(
  machine: { cores: number; memoryBytes: number },
  runner: { cpus: number; memoryMebibytes: number },
): number {
  const byCores = (machine.cores * CORE_OVERCOMMIT) / runner.cpus;
  const byMemory = (machine.memoryBytes * (1 - SYSTEM_SHARE)) / (runner.memoryMebibytes * 2 ** 20);
  return Math.max(1, Math.floor(Math.min(byCores, byMemory)));
}
