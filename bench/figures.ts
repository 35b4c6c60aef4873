/** One row of the bench's table. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The floor, measured in the same run; null where there is none. */
  floor: number | null;
  floorName: string;
  /** What is to be reached, as said in docs/performance.md. */
  goal: string;
  reached: boolean;
}

/** @param isReached - whether a value reaches the goal */
export function figure(
  name: string,
  value: number,
  unit: string,
  floor: number | null,
  floorName: string,
  goal: string,
  isReached: (value: number) => boolean,
): Figure {
  return { name, value, unit, floor, floorName, goal, reached: isReached(value) };
}

/** The value below which a share (0 to 1) of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[position] ?? Number.NaN;
}

export const p50 = (values: readonly number[]) => quantile(values, 0.5);
export const p95 = (values: readonly number[]) => quantile(values, 0.95);
export const p99 = (values: readonly number[]) => quantile(values, 0.99);

const HEAD = ['figure', 'value', 'floor', 'ratio', 'goal', ''];

/** The table as Markdown, which reads as well on a terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, floor, floorName, goal, reached }) => [
    name,
    `${round(value)} ${unit}`,
    floor === null ? '–' : `${round(floor)} ${unit} (${floorName})`,
    floor === null ? '–' : `${(value / floor).toFixed(2)} ×`,
    goal,
    reached ? 'reached' : 'not reached',
  ]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
