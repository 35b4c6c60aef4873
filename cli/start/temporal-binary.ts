import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runCommand } from './command.ts';
import { findProgram, isExecutable } from './files.ts';

/** The newest version of the Temporal CLI that `go install` can build. */
const VERSION = '1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@v${VERSION}`;

/** How long the download may take to answer at all, in milliseconds. */
const CONNECT_TIMEOUT = 4_000;

export type Progress = (message: string) => void;

/**
 * Path of a `temporal` program: one on the PATH, one fetched before, the official download, or one
 * built with Go, in this order.
 *
 * @param environment - its PATH is searched, and XDG_CACHE_HOME says where fetched ones are kept
 * @throws Error that says what to install when none can be had
 */
export async function findTemporal(
  environment: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<string> {
  const installed = await findProgram('temporal', environment);
  if (installed) return installed;
  const cache = join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'runyard', 'bin');
  const cached = join(cache, 'temporal');
  if (await isExecutable(cached)) return cached;
  await mkdir(cache, { recursive: true });
  // A folder of its own, then a rename: never a half-written program in the cache.
  const draft = await mkdtemp(join(cache, '.fetch-'));
  try {
    await fetchInto(draft, environment, progress);
    await chmod(join(draft, 'temporal'), 0o755);
    await rename(join(draft, 'temporal'), cached);
    return cached;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function fetchInto(
  folder: string,
  environment: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<void> {
  let reason: string;
  try {
    progress(`Downloading the Temporal server (CLI ${VERSION})`);
    return await download(folder);
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  const go = await findProgram('go', environment);
  if (!go) {
    throw new Error(
      `Temporal can't be downloaded (${reason}), and there is no Go to build it with. Install the ` +
        `Temporal CLI (https://docs.temporal.io/cli) so that "temporal" is on the PATH, or set ` +
        `TEMPORAL_ADDRESS to a server of your own`,
    );
  }
  progress(
    `Building the Temporal server with Go, as its download can't be reached (once; 2-3 minutes)`,
  );
  await runCommand(go, ['install', MODULE], { environment: { ...environment, GOBIN: folder } });
}

/** Archives of each version, platform and architecture, each with the one program `temporal`. */
async function download(folder: string): Promise<void> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const url =
    `https://temporal.download/cli/archive/v${VERSION}` +
    `?platform=${process.platform}&arch=${architecture}`;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('no answer')), CONNECT_TIMEOUT);
  let answer: Response;
  try {
    answer = await fetch(url, { signal: abort.signal });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new Error(cause instanceof Error ? cause.message : String(cause), { cause: error });
  } finally {
    clearTimeout(timer);
  }
  if (!answer.ok || !answer.body) throw new Error(`${url} answered ${answer.status}`);
  const archive = join(folder, 'temporal.tar.gz');
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(archive));
  await runCommand('tar', ['-xzf', archive, '-C', folder, 'temporal']);
}
