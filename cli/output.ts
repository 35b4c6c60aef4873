import ms from 'ms';

/** Where a command writes; tests hand in their own. */
export interface Output {
  write(text: string): void;
  /** True for `--json`: nothing but JSON is written then. */
  json: boolean;
}

/** Writes a value for programs, or its text for people. */
export function show(output: Output, value: unknown, text: () => string): void {
  output.write(output.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
}

/** Rows under their headings, in columns. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one pair a line; pairs without a value are left out. */
export function fields(pairs: readonly (readonly [string, string | null])[]): string {
  const known = pairs.filter((pair): pair is [string, string] => pair[1] !== null);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** How long ago a moment was, or how long something took: `12s`, `3m`, `2d`. */
export function ago(time: string, now = Date.now()): string {
  return ms(Math.max(0, now - Date.parse(time)));
}
