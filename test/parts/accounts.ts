import { randomBytes } from 'node:crypto';
import type { RunyardApi } from './runyard-api.ts';

/** What somebody signs in with. */
export interface Credentials {
  username: string;
  password: string;
}

/** Creates a user by the API, with a password that only the test knows. */
export async function createAccount(
  runyard: RunyardApi,
  username: string,
  role: 'admin' | 'operator' | 'viewer',
): Promise<Credentials> {
  const password = randomBytes(18).toString('base64url');
  const user = { username, name: `${username} of the test`, role, password };
  const answer = await runyard.request('POST', '/api/auth/users', user);
  if (!answer.ok) throw new Error(`The API answered ${answer.status}: ${await answer.text()}`);
  return { username, password };
}
