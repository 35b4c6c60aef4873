import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolderPath } from '../config/data-folder.ts';
import { readLogin } from './credentials.ts';
import { EXIT, Failure } from './failure.ts';

/** What `endpoints.json` says of a system that runs on this machine. */
export type LocalEndpoints = Readonly<Record<string, unknown>>;

export interface ConnectionOptions {
  url?: string | undefined;
  token?: string | undefined;
}

export interface ApiAddress {
  url: string;
  token: string | null;
}

/**
 * Where the API is and what opens it: options, then RUNYARD_URL and RUNYARD_TOKEN, then the data
 * folder of a system that runs on this machine.
 *
 * @throws Failure when there's no address to be had
 */
export function findApi(options: ConnectionOptions, environment: NodeJS.ProcessEnv): ApiAddress {
  const url = options.url || environment['RUNYARD_URL'] || localEndpoints(environment)?.['api'];
  if (typeof url !== 'string' || url === '') {
    throw new Failure(
      EXIT.unreachable,
      'no_address',
      `No Runyard runs on the data folder ${dataFolderPath(environment)}. Start one with "runyard start", ` +
        `or say where it is with --url or RUNYARD_URL`,
    );
  }
  if (!URL.canParse(url)) {
    throw new Failure(
      EXIT.usage,
      'bad_address',
      `"${url}" is not an address such as http://host:3000`,
    );
  }
  const address = url.replace(/\/+$/, '');
  return { url: address, token: findToken(options, environment, address) };
}

/** The data folder's token is for the system of that folder: it's shown to no other. */
function findToken(
  options: ConnectionOptions,
  environment: NodeJS.ProcessEnv,
  url: string,
): string | null {
  const given = options.token || environment['RUNYARD_TOKEN'];
  if (given) return given;
  const kept = readLogin(environment, url);
  if (kept) return kept.token;
  if (!isLocal(url, localEndpoints(environment)?.['api'])) return null;
  return read(join(dataFolderPath(environment), 'admin-token'))?.trim() ?? null;
}

function isLocal(url: string, local: unknown): boolean {
  if (typeof local !== 'string') return false;
  const { hostname, port } = new URL(url);
  const own = new URL(local);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname === '127.0.0.1';
  return port === own.port && (hostname === own.hostname || isLoopback);
}

/** Addresses of the system that runs on this machine, or null where none does. */
export function localEndpoints(environment: NodeJS.ProcessEnv): LocalEndpoints | null {
  try {
    const text = read(join(dataFolderPath(environment), 'endpoints.json'));
    return text === null ? null : (JSON.parse(text) as LocalEndpoints);
  } catch {
    return null;
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
