const DATE_AND_TIME = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
});
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const MINUTE = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** Date and time to the second, in the reader's own zone and manner. */
export function formatMoment(at: string): string {
  return DATE_AND_TIME.format(new Date(at));
}

/** The time of day to the second. */
export function formatTime(at: string): string {
  return TIME.format(new Date(at));
}

/** The time of day to the minute. */
export function formatMinute(at: string): string {
  return MINUTE.format(new Date(at));
}
