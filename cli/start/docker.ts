import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { runCommand } from './command.ts';
import { exists, findProgram } from './files.ts';
import { withoutSecrets } from './secrets.ts';
import { removeStalePidFile } from './stale-pid-file.ts';

const DEFAULT_SOCKET = '/var/run/docker.sock';
const ENGINE_LOG = '/var/log/dockerd.log';
const PID_FILE = '/var/run/docker.pid';
/** Of the containerd that the engine starts itself. */
const CONTAINERD_PID_FILE = '/var/run/docker/containerd/containerd.pid';
/** milliseconds */
const START_TIMEOUT = 60_000;

/** There is no Docker engine, and none could be had; the message says what to do. */
export class DockerUnreachableError extends Error {
  override name = 'DockerUnreachableError';
}

/**
 * A client of the machine's Docker engine. Where there is no engine, and this is root on Debian or
 * Ubuntu, it's installed and started; it goes on running after this process.
 *
 * @param socket - Unix socket of the engine; only the usual one is ever brought up
 * @throws DockerUnreachableError
 */
export async function ensureDocker(
  socket: string,
  progress: (message: string) => void,
): Promise<Docker> {
  const docker = new Docker({ socketPath: socket });
  const problem = await pingProblem(docker);
  if (problem === null) return docker;
  if (problem === 'EACCES') {
    throw new DockerUnreachableError(
      `Docker's socket ${socket} may not be used by this user: add it to the group "docker" ` +
        `(sudo usermod -aG docker $USER), log in again, and start again`,
    );
  }
  if (socket !== DEFAULT_SOCKET || process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new DockerUnreachableError(
      `No Docker engine answers on ${socket} (${problem}): start it (sudo systemctl start docker), install ` +
        `it (https://docs.docker.com/engine/install/), or set DOCKER_SOCKET to where it listens`,
    );
  }
  if (!(await findProgram('dockerd', process.env))) await install(progress);
  await startEngine(docker, progress);
  return docker;
}

/**
 * Address of this machine on the engine's default network, by which containers reach servers here.
 *
 * @returns null where there's no such address, as with an engine in a virtual machine
 */
export async function bridgeGateway(docker: Docker): Promise<string | null> {
  const network = (await docker.getNetwork('bridge').inspect()) as {
    IPAM?: { Config?: { Gateway?: string; Subnet?: string }[] };
  };
  const [configuration] = network.IPAM?.Config ?? [];
  // An engine that made the network itself leaves its gateway out: it's the subnet's first address.
  const address = configuration?.Gateway ?? firstAddress(configuration?.Subnet ?? '');
  return address !== null && (await isOurs(address)) ? address : null;
}

/** First host address of an IPv4 subnet in CIDR notation; null for anything else. */
export function firstAddress(subnet: string): string | null {
  const match = /^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/.exec(subnet);
  return match ? `${match[1]}.${Number(match[2]) + 1}` : null;
}

function isOurs(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, address, () => server.close(() => resolve(true)));
  });
}

async function pingProblem(docker: Docker): Promise<string | null> {
  try {
    await docker.ping();
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

async function install(progress: (message: string) => void): Promise<void> {
  if (!(await findProgram('apt-get', process.env))) {
    throw new DockerUnreachableError(
      'There is no Docker engine on this machine: install it (https://docs.docker.com/engine/install/) and start again',
    );
  }
  progress('Installing the Docker engine (apt-get install docker.io)');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // another apt may be at work, as one often is on a machine that has just booted
  const patience = ['-o', 'DPkg::Lock::Timeout=120'];
  const packages = ['docker.io', 'iptables'];
  try {
    await runCommand('apt-get', [...patience, 'update', '-qq'], { environment });
    await runCommand(
      'apt-get',
      [...patience, 'install', '-y', '-qq', '--no-install-recommends', ...packages],
      { environment },
    );
  } catch (error) {
    throw new DockerUnreachableError(
      `There is no Docker engine on this machine, and it could not be installed: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

async function startEngine(docker: Docker, progress: (message: string) => void): Promise<void> {
  progress('Starting the Docker engine');
  if (await exists('/run/systemd/system')) {
    await runCommand('systemctl', ['start', 'docker']).catch(() => {
      // not a service here: started by hand below
    });
    if ((await pingProblem(docker)) === null) return;
  }
  await removeStalePidFile(PID_FILE, 'dockerd');
  await removeStalePidFile(CONTAINERD_PID_FILE, 'containerd');
  const log = await open(ENGINE_LOG, 'a');
  const engine = spawn('dockerd', ['--pidfile', PID_FILE], {
    env: withoutSecrets(process.env),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  engine.unref();
  await log.close();
  const ended = once(engine, 'exit').then(() => 'ended' as const);
  ended.catch(() => {});
  const deadline = performance.now() + START_TIMEOUT;
  let over = false;
  // Its socket says by nothing but an answer that it's ready.
  while ((await pingProblem(docker)) !== null) {
    if (over || performance.now() > deadline) {
      const said = (await readFile(ENGINE_LOG, 'utf8')).trim().split('\n').slice(-5).join('\n');
      throw new DockerUnreachableError(
        `The Docker engine was started but doesn't answer. It said (${ENGINE_LOG}):\n${said}`,
      );
    }
    // It ends at once where another start beside this one was first: then that one's engine answers.
    over = (await Promise.race([ended, delay(200)])) === 'ended' && (await engineIsGone());
  }
}

async function engineIsGone(): Promise<boolean> {
  const pid = Number(await readFile(PID_FILE, 'utf8').catch(() => ''));
  return !pid || !(await exists(`/proc/${pid}`));
}
