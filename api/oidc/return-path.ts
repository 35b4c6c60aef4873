/** Stands for the dashboard, wherever it is. */
const HERE = 'http://dashboard.invalid';

/**
 * Where a sign-in leads back to: a path of the dashboard itself, and its first page for anything
 * else. What browsers make of the text counts, not how it looks: to them `/\\x` is another host.
 */
export function returnPath(wanted: string | undefined): string {
  if (wanted === undefined || wanted.length > 2_000 || !wanted.startsWith('/')) return '/';
  if (!URL.canParse(wanted, HERE)) return '/';
  const url = new URL(wanted, HERE);
  if (url.origin !== HERE || url.pathname.startsWith('/api/')) return '/';
  const path = `${url.pathname}${url.search}${url.hash}`;
  // `/.//x` is a path here, and comes out as one that names a host
  return path.startsWith('//') ? '/' : path;
}
