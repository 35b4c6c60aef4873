import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { buildDemoImage } from '../simulator/demo-image.ts';
import { startTestbed } from '../test/parts/testbed.ts';
import { auditFigures } from './audit-figures.ts';
import { docker, removeLeftovers } from './bare-docker.ts';
import { burstFigures } from './burst-figures.ts';
import { type Figure, table } from './figures.ts';
import { idleFigures } from './idle-figures.ts';
import { rampFigures } from './ramp-figures.ts';
import { idleMemory, waitingFigures } from './waiting-figures.ts';

/** Memory of one runner in the bench, MiB. */
const MEMORY = 64;

const { values } = parseArgs({
  options: {
    burst: { type: 'string', default: '500' },
    waiting: { type: 'string', default: '1000' },
    only: { type: 'string', default: 'idle,burst,ramp,waiting' },
  },
});
const settings = { POOL_MEMORY_MIB: String(MEMORY), LOG_LEVEL: 'warn' };
const image = await buildDemoImage(docker, (text) => console.error(text));
await removeLeftovers();

async function measure(
  name: string,
  more: Record<string, string>,
  run: (bed: Awaited<ReturnType<typeof startTestbed>>) => Promise<Figure[]>,
): Promise<Figure[]> {
  if (!values.only.split(',').includes(name)) return [];
  console.error(`Measuring: ${name} …`);
  const bed = await startTestbed('bench', { ...settings, ...more });
  try {
    const figures = await run(bed);
    console.error(table(figures));
    return figures;
  } finally {
    await bed.system.stop();
  }
}

console.error('Measuring: audit log …');
const figures = [
  ...(await auditFigures()),
  ...(await measure('idle', { HOST_CAPACITY: '4' }, async (bed) => [
    ...(await idleMemory(bed)),
    ...(await idleFigures(bed, image, MEMORY)),
  ])),
  ...(await measure('burst', { HOST_CAPACITY: '4' }, (bed) =>
    burstFigures(bed, image, MEMORY, Number(values.burst)),
  )),
  ...(await measure('ramp', { HOST_CAPACITY: '30' }, (bed) => rampFigures(bed, image, MEMORY))),
  ...(await measure('waiting', { HOST_CAPACITY: '1' }, (bed) =>
    waitingFigures(bed, Number(values.waiting)),
  )),
];
const [processor] = cpus();
console.log(
  `${cpus().length} cores (${processor?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
);
console.log(table(figures));
