import type { LoadedSettings } from '../../config/load.ts';
import { makeSigningKeys } from '../../config/make-signing-keys.ts';
import { SECRET_SETTINGS, type SettingName } from '../../config/schema.ts';
import {
  type DataFolder,
  FILES,
  makeAppPrivateKey,
  makePayloadKey,
  makeSecret,
} from './data-folder.ts';

/** How each secret reaches the processes that need it: `X` or `X_FILE`, as variables of their environment. */
export interface Secrets {
  /** Variables for the named settings. */
  variables(...names: SettingName[]): Record<string, string>;
  /** Of the embedded database: its owner's, and that of the login that the processes have. */
  databasePassword: string;
  databaseApplicationPassword: string;
}

/**
 * The secrets that the user set, and those made at the first start for the rest.
 *
 * @param environment - a secret that the user set is passed on the way it came, and written nowhere
 */
export async function prepareSecrets(
  folder: DataFolder,
  { settings }: LoadedSettings,
  environment: NodeJS.ProcessEnv,
): Promise<Secrets> {
  const given = (name: SettingName): Record<string, string> => {
    const variables: Record<string, string> = {};
    for (const variable of [name, `${name}_FILE`]) {
      const value = environment[variable];
      if (value) variables[variable] = value;
    }
    return variables;
  };
  const made: Partial<Record<SettingName, string>> = {};
  const make = async (
    name: SettingName,
    file: (typeof FILES)[keyof typeof FILES],
    how: () => string | Promise<string>,
  ) => {
    if (settings[name] !== undefined) return { content: String(settings[name]), made: false };
    made[name] = folder.file(file);
    return folder.readOrMake(file, how);
  };
  const [password, applicationPassword] = await Promise.all([
    folder.readOrMake(FILES.databasePassword, makeSecret),
    folder.readOrMake(FILES.databaseApplicationPassword, makeSecret),
    make('AUDIT_SIGNING_KEYS', FILES.auditSigningKeys, makeSigningKeys),
    make('AUTH_SIGNING_KEYS', FILES.authSigningKeys, makeSigningKeys),
    make('GITHUB_WEBHOOK_SECRET', FILES.webhookSecret, makeSecret),
    make('PAYLOAD_ENCRYPTION_KEYS', FILES.payloadKeys, makePayloadKey),
    settings.GITHUB_APP_ID === undefined
      ? make('GITHUB_APP_PRIVATE_KEY', FILES.appPrivateKey, makeAppPrivateKey)
      : undefined,
  ]);
  if (settings.DATABASE_URL === undefined) made.DATABASE_URL = folder.file(FILES.databaseUrl);
  return {
    databasePassword: password.content,
    databaseApplicationPassword: applicationPassword.content,
    variables: (...names) =>
      Object.assign(
        {},
        ...names.map((name) => {
          const file = made[name];
          return file === undefined ? given(name) : { [`${name}_FILE`]: file };
        }),
      ),
  };
}

/** The environment without any secret: what every process may have. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const secret = new Set<string>(SECRET_SETTINGS.flatMap((name) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secret.has(name)));
}
