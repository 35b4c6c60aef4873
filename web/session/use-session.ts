import { useQuery } from '@tanstack/react-query';
import type { Session } from '../../api/schemas/session.ts';
import { api } from '../client/api.ts';
import { ApiError } from '../client/api-error.ts';
import { keys } from '../client/keys.ts';

/** Who is signed in; `null` data: nobody. */
export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: loadSession, staleTime: Infinity });
}

async function loadSession(): Promise<Session | null> {
  try {
    const answer = await api.session.$get();
    return await answer.json();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}
