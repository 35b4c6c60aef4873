/** What a route may ask of a principal: `<resource>:<action>`. */
export const PERMISSIONS = [
  'jobs:read',
  'jobs:write',
  'hosts:read',
  'deliveries:read',
  'deliveries:write',
  'monitoring:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Who asks. Identity fills it in; routes only ever look at its permissions. */
export interface Principal {
  kind: 'session' | 'api_token' | 'oidc';
  id: string;
  name: string;
  role: 'admin' | 'operator' | 'viewer';
  teams: string[];
  /** Such as `jobs:read`, `jobs:*` or `*:read`. */
  permissions: string[];
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
