import { Paper, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './panel.module.css';

export interface PanelProps {
  title: string;
  /** Beside the title: a count, a link. */
  aside?: ReactNode;
  /** Without padding, for tables that reach the edges. */
  flush?: boolean;
  children: ReactNode;
}

/** A titled section of a page. */
export function Panel({ title, aside, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <Paper component="section" withBorder aria-labelledby={id} className={classes['panel']}>
      <header className={classes['head']}>
        <Title order={2} id={id} className={classes['title']}>
          {title}
        </Title>
        {aside}
      </header>
      <div className={flush ? undefined : classes['body']}>{children}</div>
    </Paper>
  );
}
