import type { Profile } from '../../api/schemas/auth.ts';
import { useProfile } from '../session/profile-context.ts';

/** What the API's routes ask for, such as `jobs:read`. */
export type Permission = Profile['permissions'][number];

/** Whether whoever is signed in may do something; the API decides in the end. */
export function useMay(permission: Permission): boolean {
  return useProfile().permissions.includes(permission);
}
