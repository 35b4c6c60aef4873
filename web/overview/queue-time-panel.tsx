import { Skeleton, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { QueueTime } from '../../api/schemas/overview.ts';
import { Panel } from '../layout/panel.tsx';
import type { QueueTimeChartProps } from './queue-time-chart.tsx';
import { formatDuration } from '../time/duration.ts';

const QueueTimeChart = lazy(async () => ({
  default: (await import('./queue-time-chart.tsx')).QueueTimeChart,
}));

/** How long jobs waited for a runner, minute by minute over the last hour. */
export function QueueTimePanel({ points, until }: QueueTimeChartProps) {
  return (
    <Panel title="Queue time, last hour">
      {points.length === 0 ? (
        <Text size="sm" c="dimmed">
          No job was picked up in the last hour.
        </Text>
      ) : (
        <figure style={{ margin: 0 }}>
          <Suspense fallback={<Skeleton h={220} />}>
            <QueueTimeChart points={points} until={until} />
          </Suspense>
          <Text component="figcaption" size="xs" c="dimmed" mt="xs">
            {summary(points)}
          </Text>
        </figure>
      )}
    </Panel>
  );
}

/** The chart in words, for those who can't see it and those who'd rather read. */
function summary(points: readonly QueueTime[]): string {
  const jobs = points.reduce((sum, point) => sum + point.jobs, 0);
  const worst = Math.max(...points.map((point) => point.p95_seconds));
  const latest = points.at(-1);
  const now = latest ? `Latest minute: half within ${seconds(latest.p50_seconds)}. ` : '';
  return `${now}Slowest minute: 95 % within ${seconds(worst)}. ${jobs === 1 ? 'One job was' : `${jobs} jobs were`} picked up.`;
}

function seconds(value: number): string {
  return formatDuration(value * 1000);
}
