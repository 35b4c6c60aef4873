import { failed, type Finding, ok, warning } from './finding.ts';

/** Seconds by which a clock may be wrong before somebody should know. */
const NOTEWORTHY = 5;
/** GitHub accepts an App's token whose times are wrong by up to a minute. */
const TOO_WRONG = 50;

/**
 * Judges this machine's clock by another's.
 *
 * @param dateHeader - the `Date` header of an answer that has just come
 * @param now - this machine's clock, milliseconds since 1970
 * @param whose - the other one, for people
 */
export function judgeClock(dateHeader: string | null, now: number, whose: string): Finding {
  const check = `Clock against ${whose}`;
  const theirs = Date.parse(dateHeader ?? '');
  if (Number.isNaN(theirs))
    return warning(check, 'It told no time', 'Nothing, if it goes on working');
  // the header has whole seconds, and was cut, not rounded
  const off = Math.abs(now - theirs - 500) / 1000;
  const detail = `${off.toFixed(1)} s apart`;
  const fix = 'Let a time service set the clock: sudo timedatectl set-ntp true';
  if (off >= TOO_WRONG) return failed(check, `${detail}: GitHub refuses the App's tokens`, fix);
  return off >= NOTEWORTHY ? warning(check, detail, fix) : ok(check, 'Right');
}
