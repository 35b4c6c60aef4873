import { AggregatorRegistry, type MetricObject, type Registry } from 'prom-client';
import { InvalidSettingsError } from '../../config/load.ts';
import type { Logger } from '../../config/log.ts';
import { family, type MetricFamily, metricFamilySchema } from './metric-family.ts';

/** Milliseconds that a worker has to answer. */
const TIMEOUT = 2_000;

/** Another process whose metrics are added. */
export interface Upstream {
  process: string;
  /** Answers prom-client's JSON. */
  url: string;
}

/**
 * Reads an entry of `METRICS_UPSTREAMS`: `http://host:port/metrics`, or `name=http://…` to have the
 * process called so in `runyard_up`.
 *
 * @throws InvalidSettingsError
 */
export function parseUpstream(entry: string): Upstream {
  const [, name, address = entry] = /^([\w.-]+)=(.+)$/.exec(entry) ?? [];
  if (!URL.canParse(address)) {
    throw new InvalidSettingsError([`METRICS_UPSTREAMS: "${address}" is not an address`]);
  }
  const url = new URL(address);
  url.pathname = '/metrics.json';
  return { process: name ?? url.host, url: url.href };
}

/** Text of `/metrics`: this process, what the records say, and every worker that answers. */
export async function scrape(parts: {
  registry: Registry;
  records: { collect(): Promise<MetricFamily[]> };
  upstreams: readonly Upstream[];
  log: Logger;
}): Promise<{ text: string; contentType: string }> {
  const { registry, records, upstreams, log } = parts;
  const [own, ofRecords, ...ofUpstreams] = await Promise.all([
    registry.getMetricsAsJSON() as Promise<unknown> as Promise<MetricFamily[]>,
    collectOrNone(() => records.collect(), log, 'database'),
    ...upstreams.map(({ url }) => collectOrNone(() => fetchMetrics(url), log, url)),
  ]);
  const up = family('gauge', 'runyard_up', 'Whether a process answered', [
    { labels: { process: 'api' }, value: 1 },
    ...upstreams.map(({ process }, index) => ({
      labels: { process },
      value: ofUpstreams[index] ? 1 : 0,
    })),
  ]);
  const all = [own, [up], ofRecords ?? [], ...ofUpstreams.map((families) => families ?? [])];
  const merged = AggregatorRegistry.aggregate(all as unknown as MetricObject[]);
  return { text: await merged.metrics(), contentType: merged.contentType };
}

async function fetchMetrics(url: string): Promise<MetricFamily[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return metricFamilySchema.array().parse(await response.json());
}

/** One part that is away must not hide the others. */
async function collectOrNone(
  collect: () => Promise<MetricFamily[]>,
  log: Logger,
  from: string,
): Promise<MetricFamily[] | null> {
  try {
    return await collect();
  } catch (error) {
    log.warn({ err: error, from }, 'Metrics are missing from a scrape');
    return null;
  }
}
