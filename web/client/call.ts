import { send } from './send.ts';

/** Calls a route of the API that the typed client doesn't know yet. */
export async function call<T>(
  method: string,
  path: string,
  { query = {}, json }: { query?: Record<string, string>; json?: unknown } = {},
): Promise<T> {
  const search = new URLSearchParams(query).toString();
  const response = await send(`${path}${search === '' ? '' : `?${search}`}`, {
    method,
    ...(json === undefined
      ? {}
      : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) }),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}
