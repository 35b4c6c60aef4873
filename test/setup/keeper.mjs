// Ends the servers of a test run that was killed itself: its argument names the run's folder, its
// standard input closes with the run, and every line on it is the pid of a server, or `done` once
// they have ended in order.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

let pids = [];
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  pids = line === 'done' ? [] : [...pids, Number(line)];
});
lines.on('close', () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended in order
    }
  }
  rmSync(process.argv[2], { recursive: true, force: true, maxRetries: 20 });
});
