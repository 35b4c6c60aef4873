/** What one check of `runyard doctor` found. */
export interface Finding {
  check: string;
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What it saw. */
  detail: string;
  /** How to mend it; null where there's nothing to mend. */
  fix: string | null;
}

export const ok = (check: string, detail: string): Finding => ({
  check,
  state: 'ok',
  detail,
  fix: null,
});
export const warning = (check: string, detail: string, fix: string): Finding => ({
  check,
  state: 'warning',
  detail,
  fix,
});
export const failed = (check: string, detail: string, fix: string): Finding => ({
  check,
  state: 'failed',
  detail,
  fix,
});
export const skipped = (check: string, detail: string): Finding => ({
  check,
  state: 'skipped',
  detail,
  fix: null,
});
