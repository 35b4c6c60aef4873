import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import type { SimulatorOptions } from './simulator.ts';

const port = z.coerce.number().int().min(0).max(65_535).default(0);

const environmentSchema = z.object({
  SIMULATOR_PORT: port,
  SIMULATOR_RUNNER_ADDRESS: z
    .string()
    .refine((address) => isIP(address) !== 0, 'is not an IP address')
    .optional(),
  SIMULATOR_RUNNER_PORT: port,
  SIMULATOR_STATE_FILE: z.string().optional(),
  SIMULATOR_WEBHOOK_URL: z.url().optional(),
  SIMULATOR_WEBHOOK_SECRET: z.string().optional(),
  SIMULATOR_APP_ID: z.coerce.number().int().positive().default(1),
  SIMULATOR_APP_PUBLIC_KEY: z.string().optional(),
  SIMULATOR_APP_PRIVATE_KEY: z.string().optional(),
});

/**
 * Reads the simulator's options from an environment: `X`, or the content of the file that `X_FILE`
 * names. An empty value counts as unset.
 *
 * @throws Error naming what is wrong
 */
export function readOptions(environment: NodeJS.ProcessEnv): SimulatorOptions {
  const values = Object.fromEntries(
    Object.keys(environmentSchema.shape).flatMap((name) => {
      const file = environment[`${name}_FILE`];
      const value = environment[name] || (file ? readFileSync(file, 'utf8').trim() : '');
      return value ? [[name, value]] : [];
    }),
  );
  const parsed = environmentSchema.safeParse(values);
  if (!parsed.success) {
    throw new Error(`The simulator's settings:\n${z.prettifyError(parsed.error)}`);
  }
  const settings = parsed.data;
  const key = settings.SIMULATOR_APP_PUBLIC_KEY ?? settings.SIMULATOR_APP_PRIVATE_KEY;
  return {
    appId: settings.SIMULATOR_APP_ID,
    publicKey: key === undefined ? null : createPublicKey(key),
    port: settings.SIMULATOR_PORT,
    runnerListener:
      settings.SIMULATOR_RUNNER_ADDRESS === undefined
        ? null
        : { host: settings.SIMULATOR_RUNNER_ADDRESS, port: settings.SIMULATOR_RUNNER_PORT },
    stateFile: settings.SIMULATOR_STATE_FILE ?? null,
    settings: {
      webhook_url: settings.SIMULATOR_WEBHOOK_URL ?? null,
      webhook_secret: settings.SIMULATOR_WEBHOOK_SECRET ?? null,
    },
  };
}
