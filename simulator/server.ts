import { readOptions } from './options.ts';
import { startSimulator } from './simulator.ts';

/** Process of the simulated GitHub. Tells its parent where it listens, and ends when that goes. */
const simulator = await startSimulator(readOptions(process.env)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
const addresses = {
  simulator: simulator.url,
  simulator_control: simulator.controlUrl,
  simulator_runner: simulator.runnerUrl,
};
let ending = false;
const end = async () => {
  if (ending) return;
  ending = true;
  await simulator.close();
  process.exit(0);
};
process.on('SIGTERM', () => void end());
process.on('SIGINT', () => void end());
process.on('disconnect', () => void end());
if (process.send) process.send({ ready: true, addresses });
else console.log(JSON.stringify(addresses));
