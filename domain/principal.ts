/** What a route may ask of a principal: `<resource>:<action>`. */
export const PERMISSIONS = [
  'users:read',
  'users:write',
  'jobs:read',
  'jobs:write',
  'runners:read',
  'runners:write',
  'pools:read',
  'pools:write',
  'hosts:read',
  'hosts:write',
  'networks:read',
  'networks:write',
  'projects:read',
  'projects:write',
  'deliveries:read',
  'deliveries:write',
  'audit:read',
  'audit:write',
  'security:read',
  'system:read',
  'system:write',
  'monitoring:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['admin', 'operator', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** What a user of each role may do; `*` stands for every resource or action. */
export const ROLE_PERMISSIONS: Record<Role, readonly string[]> = {
  admin: ['*:*'],
  operator: [
    'jobs:*',
    'runners:*',
    'pools:*',
    'hosts:*',
    'networks:*',
    'projects:*',
    'deliveries:*',
    'audit:read',
    'system:read',
    'monitoring:read',
  ],
  viewer: [
    'jobs:read',
    'runners:read',
    'pools:read',
    'hosts:read',
    'networks:read',
    'projects:read',
    'deliveries:read',
    'system:read',
    'monitoring:read',
  ],
};

/** What somebody may do who has no account, only a token of a trusted identity provider. */
export const MEMBER_PERMISSIONS: readonly string[] = ['jobs:read', 'runners:read', 'runners:write'];

/** Who asks. Routes only ever look at the permissions; queries also at the scope. */
export interface Principal {
  kind: 'session' | 'api_token' | 'oidc';
  /** `user:<username>`, or `oidc:<issuer>#<subject>` for those without an account */
  id: string;
  name: string;
  /** `member`: no account, only a token of a trusted identity provider */
  role: Role | 'member';
  /** `teams`: sees only what belongs to the teams, and to the principal itself */
  scope: 'all' | 'teams';
  /** names of teams */
  teams: readonly string[];
  /** Such as `jobs:read`, `jobs:*` or `*:*`. */
  permissions: readonly string[];
  /** null for principals without an account */
  userId: string | null;
}

/** True when one of the principal's permissions covers the one that is asked for. */
export function allows(principal: Pick<Principal, 'permissions'>, wanted: Permission): boolean {
  const [resource, action] = wanted.split(':');
  return principal.permissions.some((held) => {
    const [heldResource, heldAction] = held.split(':');
    return (
      (heldResource === '*' || heldResource === resource) &&
      (heldAction === '*' || heldAction === action)
    );
  });
}

/**
 * What a token may do that was given some of its user's permissions: never more than the user may
 * at the time. An empty list stands for all that the user may.
 */
export function limitPermissions(
  held: readonly string[],
  limits: readonly string[],
): readonly string[] {
  if (limits.length === 0) return held;
  return PERMISSIONS.filter(
    (permission) =>
      allows({ permissions: held }, permission) && allows({ permissions: limits }, permission),
  );
}

/** All that makes sense for somebody who sees no more than what is their teams'. */
const TEAM_PERMISSIONS: readonly Permission[] = [
  'jobs:read',
  'jobs:write',
  'runners:read',
  'runners:write',
  'monitoring:read',
];

/** What is left of permissions where only the teams' own may be seen: hosts, users, audit are nobody's own. */
export function permissionsInScope(
  permissions: readonly string[],
  scope: Principal['scope'],
): readonly string[] {
  return scope === 'all' ? permissions : limitPermissions(permissions, TEAM_PERMISSIONS);
}

/** True when the text is a permission, or covers some: `jobs:read`, `jobs:*`, `*:read` or `*:*`. */
export function isPermissionPattern(text: string): boolean {
  return (
    /^([a-z]+|\*):([a-z]+|\*)$/.test(text) &&
    PERMISSIONS.some((permission) => allows({ permissions: [text] }, permission))
  );
}
