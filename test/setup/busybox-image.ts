import { Readable } from 'node:stream';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { findStaticBusybox } from '../../simulator/static-busybox.ts';

/** The commands that tests run in a container; each is a link to the one program. */
const COMMANDS =
  'basename cat chmod cp cut date dd echo env expr false find grep head id kill ln ls mkdir mkfifo mv nc printf ps pwd rm sed seq sh sleep sort stat tail tee test touch tr true uname wc yes'.split(
    ' ',
  );

/** The smallest image with a shell, for tests: one static busybox under the names of its commands. */
export const BUSYBOX_IMAGE = 'runyard-test-busybox:1';

/**
 * Makes sure that {@link BUSYBOX_IMAGE} is on the engine; takes 0.2 s the first time. It stays there:
 * other tests may be using it.
 */
export async function ensureBusyboxImage(docker = new Docker()): Promise<string> {
  try {
    await docker.getImage(BUSYBOX_IMAGE).inspect();
    return BUSYBOX_IMAGE;
  } catch {
    // not there yet
  }
  const archive = pack();
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, await findStaticBusybox(docker));
  for (const command of COMMANDS) {
    archive.entry({ name: `bin/${command}`, type: 'symlink', linkname: 'busybox' });
  }
  archive.entry(
    { name: 'etc/passwd' },
    'root:x:0:0::/root:/bin/sh\nrunner:x:1001:1001::/:/bin/sh\n',
  );
  archive.entry({ name: 'tmp', type: 'directory', mode: 0o1777 });
  archive.finalize();
  const [repo, tag] = BUSYBOX_IMAGE.split(':') as [string, string];
  const answer = await docker.importImage(Readable.from(archive), { repo, tag });
  for await (const _ of answer);
  return BUSYBOX_IMAGE;
}
