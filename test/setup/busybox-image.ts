import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import Docker from 'dockerode';
import { pack } from 'tar-stream';

/** Debian's package busybox-static. */
const BUSYBOX = '/usr/bin/busybox';

/** The smallest image with a shell, for tests: one static busybox and a link for each of its commands. */
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
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(BUSYBOX));
  const commands = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const command of commands.filter((name) => name !== 'busybox')) {
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
