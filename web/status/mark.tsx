import type { LucideIcon } from 'lucide-react';
import classes from './status.module.css';
import type { Tone } from './statuses.ts';

export interface MarkProps {
  label: string;
  /** Told on hover. */
  meaning?: string | undefined;
  tone: Tone;
  icon: LucideIcon;
  /** Something is under way. */
  isMoving?: boolean;
  /** Of a sentence's length. */
  wraps?: boolean;
}

/** A state as an icon and a word; never by colour alone. */
export function Mark(props: MarkProps) {
  const { label, meaning, tone, icon: Icon, isMoving = false, wraps = false } = props;
  return (
    <span className={classes['mark']} data-wraps={wraps || undefined} title={meaning}>
      <Icon
        size={16}
        aria-hidden
        className={`${classes['icon']} ${classes[tone]}`}
        data-moving={isMoving || undefined}
      />
      {label}
    </span>
  );
}
