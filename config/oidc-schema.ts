import { z } from 'zod';
import { ROLES } from '../domain/principal.ts';

/** Signatures that need no shared secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** Whoever has a repository at GitHub can have tokens made by it, for any audience. */
const GITHUB_ACTIONS = 'https://token.actions.githubusercontent.com';

const text = z.string().min(1).max(500);

const issuerAddress = z.string().superRefine((address, context) => {
  const wrong = (message: string) => context.addIssue({ code: 'custom', message });
  if (!URL.canParse(address)) return wrong('must be an address such as https://login.example.com');
  const url = new URL(address);
  if (!['https:', 'http:'].includes(url.protocol)) wrong('must begin with https://');
  if (url.search || url.hash || url.username || url.password) {
    wrong('must have no query, fragment or user name: copy the provider\'s "issuer" as it is');
  }
});

/** Users, hosts and the audit log are no team's own. */
const ADMIN_SCOPE = 'must be all for admin, who has to see more than teams own';
const isPossible = (role: string | null, scope: string) => role !== 'admin' || scope === 'all';

const roleRule = z
  .strictObject({
    claim: text.describe('its name; dots lead into objects'),
    value: text.describe('a pattern such as team-*'),
    role: z.enum(ROLES),
    scope: z.enum(['all', 'teams']).default('all'),
  })
  .refine(({ role, scope }) => isPossible(role, scope), { path: ['scope'], message: ADMIN_SCOPE });

const issuer = z
  .strictObject({
    id: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9-]{0,31}$/,
        'must be lower case letters, digits and dashes, at most 32',
      ),
    name: z.string().min(1).max(60),
    issuer: issuerAddress,
    audience: z.union([text, z.array(text).min(1)]).optional(),
    client_id: text.optional(),
    client_secret: text.optional(),
    client_secret_file: text.optional(),
    algorithms: z
      .array(z.enum(ALGORITHMS))
      .min(1)
      .default([...ALGORITHMS]),
    scopes: z.array(text).default(['openid', 'profile', 'email']),
    roles: z.array(roleRule).default([]),
    default_role: z.enum(ROLES).nullable().default(null),
    default_scope: z.enum(['all', 'teams']).default('teams'),
    required_claims: z.record(text, text).default({}),
    team_claims: z.array(text).optional(),
    username_claim: text.default('preferred_username'),
    trust_email: z.boolean().default(false),
  })
  .superRefine((one, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (one.audience === undefined && one.client_id === undefined) {
      wrong('audience', "must say whom tokens are made for, or client_id set for people's sign-in");
    }
    const hasSecret = one.client_secret !== undefined || one.client_secret_file !== undefined;
    if (hasSecret && one.client_id === undefined) {
      wrong('client_id', 'must be set together with the client secret');
    }
    if (one.client_secret !== undefined && one.client_secret_file !== undefined) {
      wrong('client_secret_file', 'is set beside client_secret: leave one out');
    }
    if (one.issuer === GITHUB_ACTIONS && Object.keys(one.required_claims).length === 0) {
      wrong(
        'required_claims',
        'must say whose workflows are trusted, such as {"repository_owner": "acme"}: anyone at GitHub gets tokens of this issuer',
      );
    }
    if (!isPossible(one.default_role, one.default_scope)) wrong('default_scope', ADMIN_SCOPE);
    if (!one.scopes.includes('openid')) wrong('scopes', 'must hold openid');
  });

/** OIDC_ISSUERS, after JSON. */
export const oidcIssuersSchema = z
  .array(issuer)
  .max(50)
  .superRefine((all, context) => {
    for (const field of ['id', 'issuer'] as const) {
      for (const [place, one] of all.entries()) {
        if (all.findIndex((other) => other[field] === one[field]) !== place) {
          const message = `is that of another one, too: each needs its own`;
          context.addIssue({ code: 'custom', path: [place, field], message });
        }
      }
    }
  });

export type IssuerSetting = z.output<typeof issuer>;
