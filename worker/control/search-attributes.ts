import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTE_KEYS } from '../../workflows/contracts/search-attributes.ts';

/** Number of the type Keyword in Temporal's API. */
const KEYWORD = 2;

/**
 * Registers the search attributes that are missing. Workflows can't be started with an attribute
 * that the namespace doesn't know.
 */
export async function registerSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<void> {
  const { operatorService } = connection;
  const known = await operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTE_KEYS.filter(
    ({ name }) => !(name in (known.customAttributes ?? {})),
  );
  if (missing.length === 0) return;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name }) => [name, KEYWORD])),
  });
}
