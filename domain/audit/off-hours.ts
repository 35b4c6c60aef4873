/** When nobody is expected to administer anything. */
export interface OffHours {
  /** `[from, to)` in minutes since midnight; `from` may be later than `to`, past midnight then. */
  spans: readonly (readonly [from: number, to: number])[];
  /** 0: Sunday */
  days: ReadonlySet<number>;
  /** IANA name, such as Europe/Berlin */
  timeZone: string;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * Reads `22:00-06:00,sat,sun`; an empty text stands for none at all.
 *
 * @throws RangeError that says what is wrong
 */
export function parseOffHours(text: string, timeZone: string): OffHours {
  const spans: [number, number][] = [];
  const days = new Set<number>();
  for (const part of text.split(',').map((one) => one.trim().toLowerCase())) {
    if (part === '') continue;
    const day = DAYS.indexOf(part);
    if (day >= 0) days.add(day);
    else spans.push(parseSpan(part));
  }
  // an unknown zone is refused here, and not when the first event comes
  new Intl.DateTimeFormat('en-US', { timeZone });
  return { spans, days, timeZone };
}

/** @param time - milliseconds since 1970 */
export function isOffHours({ spans, days, timeZone }: OffHours, time: number): boolean {
  if (spans.length === 0 && days.size === 0) return false;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(time);
  const told = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  if (days.has(DAYS.indexOf(told('weekday').toLowerCase()))) return true;
  const minute = Number(told('hour')) * 60 + Number(told('minute'));
  return spans.some(([from, to]) =>
    from <= to ? minute >= from && minute < to : minute >= from || minute < to,
  );
}

function parseSpan(text: string): [number, number] {
  const found = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(text);
  const [fromHour = 99, fromMinute = 99, toHour = 99, toMinute = 99] =
    found?.slice(1).map(Number) ?? [];
  if (
    fromHour > 23 ||
    toHour > 24 ||
    fromMinute > 59 ||
    toMinute > 59 ||
    (toHour === 24 && toMinute > 0)
  ) {
    throw new RangeError(`"${text}" is neither a span such as 22:00-06:00 nor a day such as sat`);
  }
  return [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
}
