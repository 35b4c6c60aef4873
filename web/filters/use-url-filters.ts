import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

/** Filters by name; an empty text limits nothing. */
export type TextFilters<Name extends string> = Readonly<Record<Name, string>>;

/**
 * Filters that are all texts, kept in the page's address under their own names, so that a view can
 * be linked to, and Back undoes a change.
 */
export function useUrlFilters<Name extends string>(names: readonly Name[]) {
  const [parameters, setParameters] = useSearchParams();
  const filters = useMemo(() => readFilters(names, parameters), [names, parameters]);
  const change = useCallback(
    (changed: Partial<TextFilters<Name>>) =>
      setParameters((current) => filterQuery({ ...readFilters(names, current), ...changed })),
    [names, setParameters],
  );
  const clear = useCallback(() => setParameters({}), [setParameters]);
  return { filters, change, clear, isFiltered: Object.keys(filterQuery(filters)).length > 0 };
}

/** Reads filters from an address; what it doesn't hold is empty. */
export function readFilters<Name extends string>(
  names: readonly Name[],
  parameters: URLSearchParams,
): TextFilters<Name> {
  return Object.fromEntries(
    names.map((name) => [name, parameters.get(name) ?? '']),
  ) as TextFilters<Name>;
}

/** Only those filters that limit something, for an address or a request. */
export function filterQuery(filters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
}
