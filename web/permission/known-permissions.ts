import { allows, type Permission } from './allows.ts';

/** Every permission there is, for choices. */
const KNOWN: readonly Permission[] = [
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
  'users:read',
  'users:write',
  'audit:read',
  'audit:write',
  'security:read',
  'system:read',
  'system:write',
  'monitoring:read',
];

/** The permissions that somebody holds, one by one. */
export function permissionsHeld(held: readonly string[]): Permission[] {
  return KNOWN.filter((permission) => allows(held, permission));
}
