import { ActionIcon, CopyButton } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import classes from './copyable.module.css';

/** An id to copy; `shown` may be its beginning. */
export function Copyable({ text, shown = text }: { text: string; shown?: string }) {
  return (
    <span className={classes['root']}>
      <code title={text} className={classes['text']}>
        {shown}
      </code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon
            size="xs"
            variant="subtle"
            color="gray"
            onClick={copy}
            aria-label={copied ? 'Copied' : `Copy ${shown}`}
          >
            {copied ? <Check size={12} /> : <Copy size={12} />}
          </ActionIcon>
        )}
      </CopyButton>
    </span>
  );
}
