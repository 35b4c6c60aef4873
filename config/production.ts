import { oidcProblems } from './oidc-issuers.ts';
import type { SettingName, Settings } from './schema.ts';

/** What a production set-up must be told, as nothing of it may be made up or left in a default. */
const REQUIRED: Partial<Record<SettingName, string>> = {
  DATABASE_URL: 'address of PostgreSQL',
  TEMPORAL_ADDRESS: 'host:port of the Temporal server',
  GITHUB_APP_ID: 'id of the GitHub App',
  GITHUB_APP_PRIVATE_KEY: "the App's private key",
  GITHUB_WEBHOOK_SECRET: "secret of the App's webhook",
  AUTH_SIGNING_KEYS: 'keys that sign access tokens; "npx runyard keys make" prints new ones',
  AUDIT_SIGNING_KEYS:
    'keys that sign checkpoints of the audit log; "npx runyard keys make" prints new ones',
  PAYLOAD_ENCRYPTION_KEYS: 'keys for secrets in Temporal histories, id:base64 of 32 bytes',
};

/**
 * Settings that are missing for the mode that was asked for: everything that guards or identifies
 * the system in production, and a GitHub App that is named but not whole.
 *
 * @returns one message for each; empty when there's nothing to complain of
 */
export function missingSettings(settings: Settings): string[] {
  const production = settings.NODE_ENV === 'production';
  const app = settings.GITHUB_APP_ID !== undefined;
  const problems: string[] = [];
  for (const [name, what] of Object.entries(REQUIRED)) {
    if (settings[name as SettingName] !== undefined) continue;
    if (production) {
      problems.push(`${name} (${what}) must be set when NODE_ENV is production`);
    } else if (app && name === 'GITHUB_APP_PRIVATE_KEY') {
      problems.push(`${name} (${what}) must be set together with GITHUB_APP_ID`);
    }
  }
  return [...problems, ...oidcProblems(settings)];
}
