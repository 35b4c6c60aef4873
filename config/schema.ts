import ms, { type StringValue } from 'ms';
import { z } from 'zod';
import { oidcIssuersSchema } from './oidc-schema.ts';

const duration = (initial: string, least = 0) =>
  z
    .string()
    .default(initial)
    .transform((text, context) => {
      const value = ms(text as StringValue);
      if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
        if (value >= least) return value;
        context.addIssue({ code: 'custom', message: `must be at least ${ms(least)}` });
        return z.NEVER;
      }
      context.addIssue({
        code: 'custom',
        message: `"${text}" is not a duration such as 30s, 5m or 6h`,
      });
      return z.NEVER;
    });
const whole = (initial: number, least = 0) => z.coerce.number().int().min(least).default(initial);
const port = (initial: number) => z.coerce.number().int().min(0).max(65_535).default(initial);
const list = (initial: string) =>
  z
    .string()
    .default(initial)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );
const json = <T extends z.ZodType>(shape: T, initial: string) =>
  z
    .string()
    .default(initial)
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(shape);
const flag = (initial: boolean) =>
  z
    .enum(['true', 'false'])
    .default(initial ? 'true' : 'false')
    .transform((text) => text === 'true');
const secret = () => z.string().min(1).optional();
/** `10/5m`: so many within so long; 0 switches the rule off. */
const threshold = (initial: string) =>
  z
    .string()
    .default(initial)
    .transform((text, context) => {
      const [, count, span] = /^(\d{1,6})\/(\w+)$/.exec(text) ?? [];
      const window = span === undefined ? undefined : ms(span as StringValue);
      if (text === '0') return { count: 0, window: 0 };
      if (count !== undefined && typeof window === 'number' && window > 0) {
        return { count: Number(count), window };
      }
      context.addIssue({
        code: 'custom',
        message: `"${text}" is not a threshold such as 10/5m (10 within 5 minutes), or 0 for none`,
      });
      return z.NEVER;
    });

const priorityRule = z.strictObject({
  label: z.string().optional(),
  repository: z.string().optional(),
  branch: z.string().optional(),
  event: z.string().optional(),
  priority: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]),
});

/**
 * Every setting, read from the environment (`X`, or the file that `X_FILE` names).
 * `.env.example` and the table of settings in the docs are made from this schema.
 */
export const settingsSchema = z.object({
  RUNYARD_DATA_DIR: z
    .string()
    .default('.runyard')
    .describe(
      'Folder of everything that a single-machine set-up keeps: databases, first secrets, addresses',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level of a log line that is written'),
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .default('development')
    .describe('production refuses to start without its secrets'),

  PORT: port(3000).describe('Port of the API and the dashboard'),
  BIND_ADDRESS: z
    .string()
    .default('127.0.0.1')
    .describe('Address that the API, and the metrics of the workers, listen on'),
  TEMPORAL_UI_PORT: port(8233).describe('Port of the Temporal Web UI that is started here'),
  METRICS_PORT: port(0).describe("Port of a worker's own /metrics and /health; 0 takes a free one"),
  METRICS_UPSTREAMS: list('').describe(
    'Addresses of workers whose metrics the API adds to its own /metrics, separated by commas',
  ),

  DATABASE_URL: secret().describe(
    "PostgreSQL to use; unset: one is started here. Best a login of its own that is a member of runyard_application and doesn't own the tables",
  ),
  DATABASE_OWNER_URL: secret().describe(
    'The same database as the role that owns the tables, for migrations alone; unset: as DATABASE_URL',
  ),
  TEMPORAL_ADDRESS: z
    .string()
    .optional()
    .describe('host:port of the Temporal server to use; unset: one is started here'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace'),
  TEMPORAL_UI_URL: z
    .string()
    .optional()
    .describe('Address of the Temporal Web UI that links lead to'),

  GITHUB_APP_ID: z
    .string()
    .optional()
    .describe('Id of the GitHub App; unset: the simulator is started'),
  GITHUB_APP_PRIVATE_KEY: secret().describe('Private key of the GitHub App, PEM'),
  GITHUB_API_URL: z
    .string()
    .default('https://api.github.com')
    .describe("GitHub's REST API; for Enterprise Server https://HOST/api/v3"),
  GITHUB_WEBHOOK_SECRET: secret().describe(
    'Secret that webhooks are signed with; made at first start where unset',
  ),
  GITHUB_WEBHOOK_SECRET_PREVIOUS: secret().describe(
    'The secret before, accepted during a rotation',
  ),
  AUTH_SIGNING_KEYS: secret().describe(
    'Keys that sign access tokens, a JWK set of private Ed25519 keys; the first signs, all verify. "npx runyard keys make" makes one; made at first start where unset',
  ),
  ACCESS_TOKEN_LIFETIME: duration('15m', 1_000).describe(
    'How long an access token is good for without being refreshed',
  ),
  SESSION_IDLE_TIMEOUT: duration('24h', 1_000).describe(
    'How long a session lasts that is not refreshed',
  ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the dashboard as browsers see it; unset: the one that they ask for'),
  TRUSTED_PROXIES: list('').describe(
    'Addresses and CIDR ranges of proxies whose X-Forwarded-For and X-Forwarded-Proto count, separated by commas',
  ),
  CORS_ORIGINS: list('').describe(
    'Origins of other web pages that may call the API with a bearer token, separated by commas',
  ),
  ENABLE_OIDC_AUTH: z
    .enum(['true', 'false'])
    .default('true')
    .describe(
      'false: no identity provider is trusted, whatever OIDC_ISSUERS says; for development only',
    ),
  OIDC_ISSUERS: json(oidcIssuersSchema, '[]').describe(
    'Identity providers whose tokens are trusted and by which people sign in, JSON; see docs/oidc.md',
  ),
  PAYLOAD_ENCRYPTION_KEYS: secret().describe(
    'Keys for secrets in Temporal histories, id:base64 of 32 bytes, separated by commas; the first encrypts, all decrypt',
  ),

  AUDIT_SIGNING_KEYS: secret().describe(
    'Keys that sign checkpoints of the audit log, a JWK set of private Ed25519 keys; the first signs, all verify; made at first start where unset',
  ),
  AUDIT_ARCHIVE_DIR: z
    .string()
    .optional()
    .describe(
      'Folder of archived audit events, and of checkpoints kept outside the database; unset: audit-archive in the data folder',
    ),
  AUDIT_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(7)
    .max(3650)
    .default(90)
    .describe('Days after which audit events are moved from the database into archive files'),

  WEBHOOK_MAX_BYTES: whole(25 * 1024 * 1024, 1024).describe('Largest webhook body'),
  WEBHOOK_RATE_LIMIT: whole(6000, 1).describe('Webhooks a minute from one address'),
  API_RATE_LIMIT: whole(1200, 1).describe('API requests a minute from one principal'),
  WRITE_RATE_LIMIT: whole(600, 1).describe('Of these, requests a minute that change something'),
  ANONYMOUS_RATE_LIMIT: whole(300, 1).describe(
    'API requests a minute from one address that is not signed in',
  ),
  SIGN_IN_RATE_LIMIT: whole(60, 1).describe('Sign-ins and refreshes a minute from one address'),
  DELIVERY_RETENTION: duration('3d').describe('How long the payload of a delivery is kept'),
  DISPATCH_INTERVAL: duration('2s').describe(
    'How often deliveries that could not be handed over are tried again',
  ),
  JOB_LOG_BYTES: whole(4 * 1024 * 1024, 1024).describe('Most output kept of one runner'),

  HOST_ID: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/)
    .optional()
    .describe("Name of this Docker host; unset: the machine's host name"),
  HOST_CAPACITY: whole(0).describe('Runners at once on this host; 0: from its cores and memory'),
  HOST_LABELS: list('').describe('Labels of this host'),
  HOST_POOLS: list('').describe('Pools that this host serves; empty: the default pool'),
  HOST_HEARTBEAT: duration('5s').describe('How often a host worker reports'),
  HOST_TIMEOUT: duration('60s').describe('Silence after which a host counts as gone'),
  DOCKER_SOCKET: z
    .string()
    .default('/var/run/docker.sock')
    .describe('Unix socket of the Docker engine'),
  RESERVATION_TIMEOUT: duration('2m').describe(
    'After this a claimed slot that no container used lapses',
  ),
  NETWORK_RANGE: z
    .string()
    .default('10.100.0.0/16')
    .describe("Range that repositories' networks are cut from, a /24 each"),

  POOL_NAME: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,19}$/)
    .default('default')
    .describe('Name of the default pool'),
  POOL_LABELS: list('self-hosted,linux,x64').describe('Labels that the default pool serves'),
  POOL_IMAGE: z
    .string()
    .optional()
    .describe(
      "Image of the default pool's runners; unset: the demo runner with the simulator, else GitHub's own runner image",
    ),
  POOL_COMMAND: json(
    z.array(z.string()).min(1),
    '["/bin/sh","-c","IFS= read -r ACTIONS_RUNNER_INPUT_JITCONFIG && export ACTIONS_RUNNER_INPUT_JITCONFIG && exec /home/runner/run.sh"]',
  ).describe(
    "argv of a runner's container, JSON; it reads the JIT configuration as one line from standard input",
  ),
  POOL_USER: z.string().default('1001').describe("User (uid or uid:gid) of a runner's container"),
  POOL_SCOPE: z
    .enum(['repository', 'organization'])
    .default('repository')
    .describe('Where runners are registered'),
  POOL_RUNNER_GROUP_ID: whole(1, 1).describe("GitHub's id of the runner group"),
  POOL_WORK_FOLDER: z.string().default('_work').describe('Work folder of a runner'),
  POOL_CPUS: z.coerce.number().positive().default(1).describe('CPU cores of one runner'),
  POOL_MEMORY_MIB: whole(2048, 16).describe('Memory of one runner in MiB'),
  POOL_PIDS: whole(1024, 16).describe('Most processes of one runner'),
  POOL_PRIORITY_RULES: json(z.array(priorityRule), '[]').describe(
    'Priority rules, JSON: [{"label"|"repository"|"branch"|"event": pattern, "priority": 1-5}]; the first that matches counts',
  ),

  QUEUE_TIMEOUT: duration('0').describe('Longest wait for a host; 0: for ever'),
  PICKUP_TIMEOUT: duration('5m').describe(
    'After this GitHub is asked why a started runner has no job',
  ),
  RUN_TIMEOUT: duration('6h').describe('Longest run of a container'),
  STOP_TIMEOUT: duration('10s').describe('From the stop signal to the kill of a container'),
  COMPLETION_GRACE: duration('15s').describe(
    "After a container's end, wait for GitHub's word before asking",
  ),
  RECONCILE_INTERVAL: duration('5m').describe(
    'How often GitHub is asked while its word on a job is missing',
  ),

  REGISTRATION_EXPIRY: duration('1h').describe(
    'Until then a provisioned runner must have come online; a registration token lives 1 h at GitHub, whatever this says',
  ),
  REGISTRATION_PROVISION_TIMEOUT: duration('20s').describe(
    'Longest that registering a provisioned runner at GitHub may take',
  ),
  REGISTRATION_POLL_PENDING: duration('30s').describe(
    'How often GitHub is asked for a provisioned runner that has not come online yet',
  ),
  REGISTRATION_POLL_ONLINE: duration('2m').describe('How often, while it is online'),
  REGISTRATION_POLL_BUSY: duration('2m').describe('How often, while it runs a job'),
  REGISTRATION_POLL_OFFLINE: duration('5m').describe('How often, while it is offline'),
  STALE_RUNNER_AFTER: duration('24h').describe(
    'A provisioned runner that is offline for so long is removed',
  ),

  REGISTRATION_TARGETS: list('').describe(
    "Organizations and repositories (patterns such as acme/* too) that people without a team may provision runners for, separated by commas; empty: a team's only, but for administrators and operators",
  ),
  DEFAULT_LABEL_POLICY: z
    .enum(['allow', 'deny'])
    .optional()
    .describe(
      'Labels on provisioned runners of whoever has no policy, until one is set for `default`: any, or system labels only; unset: deny in production, else allow',
    ),

  AUDIT_WAIT: duration('4m').describe(
    'How long a request waits for the audit log to be verified or cleaned up; both go on beyond it',
  ),
  AUDIT_SIGN_IN_BURST: threshold('10/5m').describe(
    'Failed sign-ins from one address or to one account that are suspicious: number/time, 0: none',
  ),
  AUDIT_MANY_ADDRESSES: threshold('5/1h').describe(
    'Addresses from which one account is used that are suspicious',
  ),
  AUDIT_LABEL_PROBING: threshold('5/10m').describe(
    'Forbidden labels that one account asks for that are suspicious',
  ),
  AUDIT_INVALID_SIGNATURES: threshold('20/5m').describe(
    'Webhooks with a wrong signature that are suspicious',
  ),
  AUDIT_EXPORT_AFTER_CHANGE: threshold('1/1h').describe(
    'Changes of privileges before an export of the audit log by those concerned that are suspicious',
  ),
  AUDIT_OFF_HOURS_ADMINISTRATION: threshold('1/8h').describe(
    'Administrative acts of one account in off hours that are suspicious',
  ),
  OFF_HOURS: z
    .string()
    .default('22:00-06:00')
    .describe('When nobody is expected to administer: spans and days, such as 22:00-06:00,sat,sun'),
  OFF_HOURS_TIME_ZONE: z
    .string()
    .default('')
    .describe("Time zone of OFF_HOURS, such as Europe/Berlin; empty: the machine's"),

  SAMPLE_JOBS: flag(true).describe('With the simulator: send sample jobs at start'),
});

/** Every setting, checked and with its default. */
export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof typeof settingsSchema.shape;

/** Settings whose value must never be shown. */
export const SECRET_SETTINGS: readonly SettingName[] = [
  'DATABASE_URL',
  'DATABASE_OWNER_URL',
  'AUDIT_SIGNING_KEYS',
  'GITHUB_APP_PRIVATE_KEY',
  'GITHUB_WEBHOOK_SECRET',
  'GITHUB_WEBHOOK_SECRET_PREVIOUS',
  'AUTH_SIGNING_KEYS',
  'OIDC_ISSUERS',
  'PAYLOAD_ENCRYPTION_KEYS',
];
