import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';
import { memo } from 'react';
import type { QueueTime } from '../../api/schemas/overview.ts';
import { formatDuration } from '../time/duration.ts';
import { formatMinute } from '../time/moment.ts';
import { lastHour } from './last-hour.ts';

/** Below this many points a line alone is hard to make out. */
const FEW = 10;

export interface QueueTimeChartProps {
  points: readonly QueueTime[];
  /** Where the hour ends, in milliseconds. */
  until: number;
}

/** The chart itself, in a file of its own so that its library is loaded only where it is shown. */
export const QueueTimeChart = memo(function QueueTimeChart({ points, until }: QueueTimeChartProps) {
  return (
    <LineChart
      h={220}
      data={lastHour(points, until)}
      dataKey="at"
      series={[
        { name: 'p50', label: 'Half within (p50)', color: 'indigo.5' },
        { name: 'p95', label: '95 % within (p95)', color: 'orange.6', strokeDasharray: '4 3' },
      ]}
      withLegend
      legendProps={{ verticalAlign: 'bottom' }}
      curveType="linear"
      strokeWidth={1.75}
      connectNulls
      withDots={points.length < FEW}
      dotProps={{ r: 2.5 }}
      activeDotProps={{ r: 4 }}
      tickLine="none"
      gridAxis="x"
      valueFormatter={(value) => formatDuration(value * 1000)}
      xAxisProps={{ tickFormatter: formatMinute, minTickGap: 40 }}
      yAxisProps={{ width: 52, tickFormatter: (seconds: number) => `${seconds} s` }}
      tooltipAnimationDuration={0}
      lineProps={{ isAnimationActive: false }}
      tooltipProps={{ labelFormatter: (label) => (label ? formatMinute(String(label)) : null) }}
    />
  );
});
