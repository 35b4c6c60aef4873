import { useProfile } from '../session/profile-context.ts';
import { allows, type Permission } from './allows.ts';

/** Whether whoever is signed in may do something; the API decides in the end. */
export function useMay(permission: Permission): boolean {
  return allows(useProfile().permissions, permission);
}
