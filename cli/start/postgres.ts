import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { runCommand } from './command.ts';
import { exists } from './files.ts';
import { followUntilReady, type Launched } from './launched.ts';
import { postgresBinaries, SHARED_STATE_FOLDER } from './postgres-binaries.ts';
import { canReach, type ServerUser, serverUser } from './postgres-user.ts';

const ROLE = 'runyard';
/** The login of Runyard's processes, which don't own the tables. */
const APPLICATION_LOGIN = 'runyard_app';
const DATABASE = 'runyard';
/** In the data folder: where the cluster is, when it can't be in the data folder itself. */
const LOCATION_FILE = 'postgres-location';

/** A PostgreSQL data folder that is ready to be served. */
export interface PostgresCluster {
  binaries: string;
  dataFolder: string;
  user: ServerUser | null;
}

/**
 * Finds the cluster of a data folder, or makes it.
 *
 * @param folder - the data folder; must exist. As root the server runs as another user, who may be
 *   unable to reach it: the cluster is then kept under `/var/lib/runyard`, and the data folder says where
 * @param password - of the owner; must be the same at every call
 */
export async function preparePostgres(folder: string, password: string): Promise<PostgresCluster> {
  const user = await serverUser();
  const [binaries, home] = await Promise.all([postgresBinaries(user), clusterHome(folder, user)]);
  const dataFolder = join(home, 'data');
  if (!(await exists(dataFolder))) await initialise({ binaries, home, dataFolder, user, password });
  return { binaries, dataFolder, user };
}

async function clusterHome(folder: string, user: ServerUser | null): Promise<string> {
  const recorded = await readFile(join(folder, LOCATION_FILE), 'utf8').catch(() => null);
  const home =
    recorded?.trim() ||
    (user === null || (await canReach(folder, user))
      ? join(folder, 'postgres')
      : join(SHARED_STATE_FOLDER, `postgres-${randomUUID()}`));
  if (recorded === null && !home.startsWith(folder)) {
    await mkdir(SHARED_STATE_FOLDER, { recursive: true, mode: 0o755 });
    await writeFile(join(folder, LOCATION_FILE), `${home}\n`, { mode: 0o600 });
  }
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (user) await chown(home, user.uid, user.gid);
  return home;
}

async function initialise(cluster: {
  binaries: string;
  home: string;
  dataFolder: string;
  user: ServerUser | null;
  password: string;
}): Promise<void> {
  const { binaries, home, dataFolder, user, password } = cluster;
  // Made beside its place and moved there when done: a start that is killed here leaves no half cluster.
  const draft = join(home, 'draft');
  const passwordFile = join(home, 'password');
  await rm(draft, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  try {
    await runCommand(
      join(binaries, 'bin', 'initdb'),
      [
        `--pgdata=${draft}`,
        `--username=${ROLE}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      { cwd: home, environment: serverEnvironment(), ...user },
    );
    await rename(draft, dataFolder);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

export interface PostgresOptions {
  port: number;
  /** False: data may be lost in a crash, for tests that throw it away. */
  durable?: boolean;
  maxConnections?: number;
  onLine?: (line: string) => void;
}

/** Starts the server, on loopback only. `SIGINT` stops it at once and cleanly. */
export async function launchPostgres(
  { binaries, dataFolder, user }: PostgresCluster,
  { port, durable = true, maxConnections = 100, onLine }: PostgresOptions,
): Promise<Launched> {
  await removeStaleLock(dataFolder);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(maxConnections),
    shared_buffers: '64MB',
    jit: 'off',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const child = spawn(
    join(binaries, 'bin', 'postgres'),
    [
      '-D',
      dataFolder,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      cwd: dataFolder,
      env: serverEnvironment(),
      // Not in our process group: Ctrl-C on the terminal is for us, and we stop it when its turn has come.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    },
  );
  return followUntilReady(
    child,
    [child.stderr],
    (line) => line.includes('database system is ready to accept connections'),
    onLine,
  );
}

/**
 * A server that was killed leaves its pid in a file. PostgreSQL refuses to start when some process
 * has that pid now, whichever it is (after a reboot it's often another one).
 */
async function removeStaleLock(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid || process.platform !== 'linux') return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (command !== null && !command.includes(dataFolder)) await rm(file, { force: true });
}

/** `LC_ALL` fixes the language of the line that says that the server is ready. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

/** Address of the cluster's database, as its owner, password and all: keep it secret. */
export function postgresUrl(port: number, password: string): string {
  return `postgresql://${ROLE}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`;
}

/** The same as the login that {@link ensureApplicationLogin} makes. */
export function applicationUrl(port: number, password: string): string {
  const url = new URL(postgresUrl(port, password));
  url.username = APPLICATION_LOGIN;
  return url.href;
}

/** Makes the database that {@link postgresUrl} names, once the server is ready. */
export async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = maintenance.pathname.slice(1);
  maintenance.pathname = '/postgres';
  const client = new Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0)
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
