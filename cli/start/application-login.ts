import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from 'pg';

const ITERATIONS = 4096;

/**
 * Gives Runyard's processes a login of their own, which may work with the tables but neither owns them
 * nor may change the audit log. Safe at each start, of data folders from before there was one too. A
 * login that is there keeps its rights, and is given the password.
 *
 * @param ownerUrl - of a database that is up to date: its migrations make the role that the login joins
 * @param applicationUrl - the same database as the processes will use it: with login and password
 */
export async function ensureApplicationLogin(
  ownerUrl: string,
  applicationUrl: string,
): Promise<void> {
  const { username, password } = new URL(applicationUrl);
  const login = decodeURIComponent(username);
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const found = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [login]);
    const role = client.escapeIdentifier(login);
    if (found.rowCount === 0) await client.query(`CREATE ROLE ${role}`);
    const verifier = client.escapeLiteral(await scramVerifier(decodeURIComponent(password)));
    await client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${verifier}`);
    await client.query(`GRANT runyard_application TO ${role}`);
  } finally {
    await client.end();
  }
}

/**
 * What PostgreSQL keeps of a password (RFC 5802), so that the password itself never stands in a
 * statement, which the server's log may show.
 *
 * @param password - ASCII, which SASLprep leaves as it is
 */
async function scramVerifier(password: string): Promise<string> {
  const salt = randomBytes(16);
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const server = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`;
}
