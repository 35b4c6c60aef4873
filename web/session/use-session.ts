import { useQuery } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import type { Profile } from '../../api/schemas/auth.ts';
import { keys } from '../client/keys.ts';
import { isSessionOver } from '../client/send.ts';

/** Who is signed in; `null` data: nobody. */
export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: loadSession, staleTime: Infinity });
}

async function loadSession(): Promise<Profile | null> {
  try {
    return await (await api.auth.profile.$get()).json();
  } catch (error) {
    if (error instanceof Error && isSessionOver(error)) return null;
    throw error;
  }
}
