// A process that holds the lock of the folder named by its argument until it's killed.
import { lockFolder } from './lock.ts';

await lockFolder(process.argv[2] ?? '');
process.send?.('locked');
setInterval(() => {}, 60_000);
