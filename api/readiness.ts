import type { Dependencies } from './dependencies.ts';
import type { Readiness } from './schemas/health.ts';

/** Milliseconds. */
const DEADLINE = 2_000;

type Check = Readiness['dependencies'][number];

/**
 * Asks everything that the API depends on. Without Temporal it stays ready: it takes webhooks in
 * and hands them over later, and whoever stopped sending it requests would lose them.
 */
export async function checkReadiness({
  connections,
  temporal,
  settings,
}: Pick<Dependencies, 'connections' | 'temporal' | 'settings'>): Promise<Readiness> {
  const dependencies = await Promise.all([
    check('database', true, () => connections.query('SELECT 1')),
    check('temporal', false, () =>
      temporal.within(DEADLINE, () =>
        temporal.client.workflowService.describeNamespace({
          namespace: settings.TEMPORAL_NAMESPACE,
        }),
      ),
    ),
  ]);
  const isDown = (one: Check) => one.state === 'down';
  const status = dependencies.some((one) => one.required && isDown(one))
    ? 'not_ready'
    : dependencies.some(isDown)
      ? 'degraded'
      : 'ready';
  return { status, dependencies };
}

async function check(
  name: Check['name'],
  required: boolean,
  ask: () => Promise<unknown>,
): Promise<Check> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE} ms`)), DEADLINE);
  });
  let detail: string | null = null;
  try {
    await Promise.race([ask(), late]);
  } catch (error) {
    detail = describe(error);
  } finally {
    clearTimeout(timer);
  }
  return {
    name,
    state: detail === null ? 'up' : 'down',
    required,
    latency_milliseconds: Math.round((performance.now() - startedAt) * 10) / 10,
    detail,
  };
}

/** What everybody may read: no addresses, no users. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'not reachable';
  if ('code' in error && error.code !== undefined) return `not reachable (${String(error.code)})`;
  return error.message.startsWith('no answer') ? error.message : 'not reachable';
}
