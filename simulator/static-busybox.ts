import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import tar from 'tar-stream';

const run = promisify(execFile);

/** Image to take it from where the machine has none: built with musl, it is always static. */
const BUSYBOX_IMAGE = 'busybox:musl';
const NEEDED = ['base64', 'mkfifo', 'nc', 'setsid', 'sh', 'sleep', 'tee'];
const FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** No busybox that could go into an image was found; the message says how to get one. */
export class NoBusyboxError extends Error {
  constructor(reasons: readonly string[]) {
    super(
      `The demo runner's image needs a statically linked busybox, and none was found (${reasons.join('; ')}). ` +
        'Install one (Debian and Ubuntu: apt-get install busybox-static; Alpine: apk add busybox-static; ' +
        `Fedora: dnf install busybox) or let Docker reach an image registry (docker pull ${BUSYBOX_IMAGE}).`,
    );
    this.name = 'NoBusyboxError';
  }
}

/**
 * A statically linked busybox for the engine's machine: the installed one, else that of Debian's
 * package, unpacked without being installed, else that of an image.
 *
 * @throws NoBusyboxError
 */
export async function findStaticBusybox(
  docker: Docker,
  onProgress: (text: string) => void = () => {},
): Promise<Buffer> {
  const reasons: string[] = [];
  const { Arch: architecture } = await docker.version();
  if (process.platform === 'linux' && ARCHITECTURES[process.arch] === architecture) {
    const installed = await installedHere();
    if (installed) return installed;
    reasons.push(`none in ${FOLDERS.join(', ')}`);
    try {
      onProgress('Downloading the package busybox-static');
      return await fromDebianPackage();
    } catch (error) {
      reasons.push(`no Debian package: ${firstLine(error)}`);
    }
  }
  try {
    onProgress(`Pulling ${BUSYBOX_IMAGE}`);
    return await fromImage(docker);
  } catch (error) {
    reasons.push(`no image: ${firstLine(error)}`);
  }
  throw new NoBusyboxError(reasons);
}

async function installedHere(): Promise<Buffer | null> {
  for (const folder of FOLDERS) {
    for (const name of ['busybox', 'busybox.static']) {
      const file = join(folder, name);
      const content = await readFile(file).catch(() => null);
      if (!content || !isStaticElf(content)) continue;
      const { stdout } = await run(file, ['--list']).catch(() => ({ stdout: '' }));
      const applets = new Set(stdout.split('\n'));
      if (NEEDED.every((applet) => applets.has(applet))) return content;
    }
  }
  return null;
}

async function fromDebianPackage(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'busybox-'));
  const download = () => run('apt-get', ['download', 'busybox-static'], { cwd: folder });
  try {
    await download().catch(async () => {
      // A fresh machine has no package lists yet; only root may fetch them.
      await run('apt-get', ['update']);
      await download();
    });
    const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get left no package');
    await run('dpkg-deb', ['-x', join(folder, archive), folder]);
    for (const name of ['usr/bin/busybox', 'bin/busybox']) {
      const content = await readFile(join(folder, name)).catch(() => null);
      if (content && isStaticElf(content)) return content;
    }
    throw new Error('the package holds no static busybox');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fromImage(docker: Docker): Promise<Buffer> {
  const there = await docker
    .getImage(BUSYBOX_IMAGE)
    .inspect()
    .catch(() => null);
  if (!there) {
    const pull: NodeJS.ReadableStream = await docker.pull(BUSYBOX_IMAGE);
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(pull, (error) => (error ? reject(error) : resolve()));
    });
  }
  const container = await docker.createContainer({ Image: BUSYBOX_IMAGE });
  try {
    const archive = await container.getArchive({ path: '/bin/busybox' });
    const entries = archive.pipe(tar.extract());
    for await (const entry of entries) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      const content = Buffer.concat(chunks);
      if (isStaticElf(content)) return content;
    }
    throw new Error(`${BUSYBOX_IMAGE} holds no static busybox`);
  } finally {
    await container.remove({ force: true });
  }
}

/** True for a Linux program that needs no loader, which is to say no libraries. */
export function isStaticElf(content: Buffer): boolean {
  const PROGRAM_INTERPRETER = 3;
  const isElf64 = content.length > 64 && content.readUInt32BE(0) === 0x7f454c46 && content[4] === 2;
  if (!isElf64) return false;
  const start = Number(content.readBigUInt64LE(32));
  const size = content.readUInt16LE(54);
  const count = content.readUInt16LE(56);
  for (let index = 0; index < count; index += 1) {
    const offset = start + index * size;
    if (offset + 4 > content.length) return false;
    if (content.readUInt32LE(offset) === PROGRAM_INTERPRETER) return false;
  }
  return true;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}
