import type { CSSProperties } from 'react';

/** A piece of a line that looks the same throughout. */
export interface LogSpan {
  text: string;
  /** Classes of `log-colors.css`; empty for plain text. */
  className: string;
  /** Only for colours beyond the sixteen that have classes. */
  style: CSSProperties | null;
}
