import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** What `runyard login` keeps for one address. */
export interface KeptLogin {
  token: string;
  /** Id of the API token, to revoke it by. */
  id: string;
  username: string;
}

/** Readable by its owner only: `~/.config/runyard/credentials.json`. */
export function credentialsFile(environment: NodeJS.ProcessEnv): string {
  const folder =
    environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config');
  return join(folder, 'runyard', 'credentials.json');
}

/** What was kept for an address, or null. */
export function readLogin(environment: NodeJS.ProcessEnv, url: string): KeptLogin | null {
  return readAll(environment)[url] ?? null;
}

/** @param login - null: forgets it */
export function keepLogin(
  environment: NodeJS.ProcessEnv,
  url: string,
  login: KeptLogin | null,
): void {
  const { [url]: _, ...others } = readAll(environment);
  const file = credentialsFile(environment);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  const content = login === null ? others : { ...others, [url]: login };
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

function readAll(environment: NodeJS.ProcessEnv): Record<string, KeptLogin> {
  try {
    const text = readFileSync(credentialsFile(environment), 'utf8');
    return JSON.parse(text) as Record<string, KeptLogin>;
  } catch {
    return {};
  }
}
