import { createContext, useContext } from 'react';
import type { Profile } from '../../api/schemas/auth.ts';

export const ProfileContext = createContext<Profile | null>(null);

/** Whoever is signed in; only within the session gate. */
export function useProfile(): Profile {
  const profile = useContext(ProfileContext);
  if (!profile) throw new Error('Nobody is signed in here');
  return profile;
}
