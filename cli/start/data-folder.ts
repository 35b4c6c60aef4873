import { generateKeyPair, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Files of the data folder; other people's scripts read some of them. */
export const FILES = {
  adminToken: 'admin-token',
  authSigningKeys: 'auth-signing-keys',
  auditSigningKeys: 'audit-signing-keys',
  webhookSecret: 'webhook-secret',
  payloadKeys: 'payload-keys',
  databaseUrl: 'database-url',
  databaseOwnerUrl: 'database-owner-url',
  appPrivateKey: 'app-private-key.pem',
  hostId: 'host-id',
  endpoints: 'endpoints.json',
  processes: 'processes.json',
  ports: 'ports.json',
  databasePassword: 'database-password',
  databaseApplicationPassword: 'database-application-password',
  temporalDatabase: 'temporal.db',
  simulatorState: 'simulator.json',
  logs: 'logs',
} as const;
type FileName = (typeof FILES)[keyof typeof FILES];

/** Everything that a single-machine set-up keeps. Readable by its owner only. */
export class DataFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder where it's missing, and closes it to others. */
  static async open(path: string): Promise<DataFolder> {
    await mkdir(join(path, FILES.logs), { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
    return new DataFolder(path);
  }

  file(name: FileName): string {
    return join(this.path, name);
  }

  log(process_: string): string {
    return join(this.path, FILES.logs, `${process_}.log`);
  }

  /** The file's content, or null where there is none. */
  async read(name: FileName): Promise<string | null> {
    try {
      return (await readFile(this.file(name), 'utf8')).trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Parsed content; null where there is none or it's broken. */
  async readJson(name: FileName): Promise<unknown> {
    try {
      return JSON.parse((await this.read(name)) ?? 'null');
    } catch {
      return null;
    }
  }

  /** Replaces the file whole, so that a reader never sees half of it. */
  async write(name: FileName, content: string): Promise<void> {
    const draft = `${this.file(name)}.${randomBytes(4).toString('hex')}`;
    await writeFile(draft, `${content}\n`, { mode: 0o600 });
    await rename(draft, this.file(name));
  }

  async writeJson(name: FileName, content: unknown): Promise<void> {
    await this.write(name, JSON.stringify(content, null, 2));
  }

  async remove(name: FileName): Promise<void> {
    await rm(this.file(name), { force: true });
  }

  /** The file's content, made first where there is none. */
  async readOrMake(
    name: FileName,
    make: () => string | Promise<string>,
  ): Promise<{ content: string; made: boolean }> {
    const existing = await this.read(name);
    if (existing) return { content: existing, made: false };
    const content = await make();
    await this.write(name, content);
    return { content: content.trim(), made: true };
  }
}

/** 256 random bits, safe in URLs, files and headers. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** `id:key`, as PAYLOAD_ENCRYPTION_KEYS wants it. */
export function makePayloadKey(): string {
  return `${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`;
}

/** Unique, as several systems may share one machine and its Docker engine. */
export function makeHostId(): string {
  const name = hostname()
    .replace(/[^a-zA-Z0-9_.-]/g, '-')
    .replace(/^[^a-zA-Z0-9]+/, '')
    .slice(0, 40);
  return `${name || 'host'}-${randomBytes(3).toString('hex')}`;
}

/** Key of the simulated GitHub App, PEM. */
export async function makeAppPrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}
