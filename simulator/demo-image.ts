import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tar from 'tar-stream';
import { findStaticBusybox } from './static-busybox.ts';

const REPOSITORY = 'runyard/demo-runner';

/** argv of the demo runner's container; it reads the JIT configuration as one line from standard input. */
export const DEMO_RUNNER_COMMAND: readonly string[] = ['/runner/run.sh'];

/**
 * Builds the image of the demo runner, unless the engine has it from the same files already.
 *
 * @returns the image's tag, which names its content
 * @throws NoBusyboxError, or an error that says what the build said
 */
export async function buildDemoImage(
  docker: Docker,
  onProgress: (text: string) => void = () => {},
): Promise<string> {
  const files = await readContext();
  const sources = hashOf(files);
  const known = await findImage(docker, sources);
  if (known) return known;
  files.set('busybox', await findStaticBusybox(docker, onProgress));
  const tag = `${REPOSITORY}:${sources}`;
  onProgress(`Building ${tag}`);
  const build = await docker.buildImage(Readable.from(packContext(files)), {
    t: tag,
    networkmode: 'none',
    labels: { 'runyard.image': 'demo-runner' },
  });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      build,
      (error) => (error ? reject(error) : resolve()),
      (event: { stream?: string; error?: string }) => {
        if (event.error) reject(new Error(`Building ${tag} failed: ${event.error}`));
        // of a step's lines the first says what it does; the others are names of layers
        const step = /^Step \d+\/\d+ : .*/.exec(event.stream ?? '')?.[0];
        if (step) onProgress(step);
      },
    );
  });
  return tag;
}

async function findImage(docker: Docker, sources: string): Promise<string | null> {
  const tag = `${REPOSITORY}:${sources}`;
  try {
    await docker.getImage(tag).inspect();
    return tag;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

/** Files of `docker/demo-runner` by name. */
async function readContext(): Promise<Map<string, Buffer>> {
  const folder = join(projectFolder(), 'docker', 'demo-runner');
  const names = (await readdir(folder)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return new Map(names.map((name, index) => [name, contents[index] as Buffer]));
}

/** The nearest parent folder with a package.json: the same from the sources and from `dist`. */
function projectFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('package.json is missing');
    folder = dirname(folder);
  }
  return folder;
}

function hashOf(files: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256');
  for (const [name, content] of files) hash.update(`${name}\0${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, 16);
}

function packContext(files: ReadonlyMap<string, Buffer>): tar.Pack {
  const pack = tar.pack();
  for (const [name, content] of files) {
    pack.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
  }
  pack.finalize();
  return pack;
}
