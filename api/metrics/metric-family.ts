import { z } from 'zod';

/** One metric as `registry.getMetricsAsJSON()` of prom-client gives it. */
export const metricFamilySchema = z.looseObject({
  name: z.string(),
  help: z.string(),
  type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
  aggregator: z.enum(['sum', 'first', 'min', 'max', 'average', 'omit']),
  values: z.array(
    z.looseObject({
      value: z.number().nullable(),
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      metricName: z.string().optional(),
    }),
  ),
});

export type MetricFamily = z.output<typeof metricFamilySchema>;

/** A counter or gauge made of values that were counted elsewhere. */
export function family(
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  values: readonly { labels: Record<string, string>; value: number }[],
): MetricFamily {
  return { name, help, type, aggregator: 'sum', values: values.map((value) => ({ ...value })) };
}
