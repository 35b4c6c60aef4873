import type { RestContext } from './environment.ts';

/** Page of a list that `page` and `per_page` (30, at most 100) ask for; sets the Link header. */
export function paginate<T>(context: RestContext, items: readonly T[]): T[] {
  const size = pageSize(context);
  const page = Math.max(1, wholeNumber(context.req.query('page')) ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const links: [string, number][] = [];
  if (page > 1) links.push(['prev', Math.min(page - 1, last)]);
  if (page < last) links.push(['next', page + 1], ['last', last]);
  if (page > 1) links.push(['first', 1]);
  setLinks(
    context,
    links.map(([relation, number]) => [relation, { page: String(number) }]),
  );
  return items.slice((page - 1) * size, page * size);
}

/** Sets a Link header: the request's own address with some of its parameters replaced. */
export function setLinks(
  context: RestContext,
  links: readonly (readonly [relation: string, parameters: Record<string, string>])[],
): void {
  if (links.length === 0) return;
  const parts = links.map(([relation, parameters]) => {
    const url = new URL(context.req.url);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return `<${url.href}>; rel="${relation}"`;
  });
  context.header('Link', parts.join(', '));
}

export function pageSize(context: RestContext): number {
  return Math.min(100, Math.max(1, wholeNumber(context.req.query('per_page')) ?? 30));
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
