const UNITS = [
  { name: 'd', milliseconds: 86_400_000 },
  { name: 'h', milliseconds: 3_600_000 },
  { name: 'min', milliseconds: 60_000 },
  { name: 's', milliseconds: 1000 },
] as const;

/**
 * A duration in the two units that matter: `840 ms`, `4.2 s`, `38 s`, `3 min 5 s`, `2 h 10 min`.
 * Clocks of GitHub and of Runyard differ a little, so a negative one reads as `0 ms`.
 */
export function formatDuration(milliseconds: number): string {
  const value = Math.max(0, Math.round(milliseconds));
  if (value < 1000) return `${value} ms`;
  if (value < 9950) return `${(value / 1000).toFixed(1)} s`;
  return formatWholeDuration(Math.round(value / 1000) * 1000);
}

/** A duration between two of GitHub's times, which have whole seconds: no more exact than they are. */
export function formatCoarseDuration(milliseconds: number): string {
  return milliseconds < 1000 ? '< 1 s' : formatWholeDuration(milliseconds);
}

/** A duration that ticks: whole seconds and up, so that it changes once a second. */
export function formatWholeDuration(milliseconds: number): string {
  const value = Math.max(0, milliseconds);
  const index = UNITS.findIndex((unit) => value >= unit.milliseconds);
  const unit = UNITS[index];
  if (!unit) return '0 s';
  const whole = Math.floor(value / unit.milliseconds);
  const next = UNITS[index + 1];
  const rest = next ? Math.floor((value % unit.milliseconds) / next.milliseconds) : 0;
  return next && rest > 0 ? `${whole} ${unit.name} ${rest} ${next.name}` : `${whole} ${unit.name}`;
}

/** The milliseconds between two RFC 3339 times; `null` where one of them is not known. */
export function between(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Date.parse(to) - Date.parse(from);
}
