import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { SlidersHorizontal, X } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './filter-bar.module.css';

export interface FilterRowProps {
  /** The filter that is always shown. */
  first: ReactNode;
  /** The others, each with the class `more`; on narrow screens they are shown on demand. */
  children: ReactNode;
  isFiltered: boolean;
  clear: () => void;
}

/** The filters above a list. */
export function FilterRow({ first, children, isFiltered, clear }: FilterRowProps) {
  const [all, { toggle }] = useDisclosure(false);
  return (
    <Group component="search" gap="sm" align="flex-end" className={classes['bar']} data-all={all}>
      {first}
      <Button
        variant="default"
        hiddenFrom="sm"
        aria-expanded={all}
        leftSection={<SlidersHorizontal size={16} />}
        onClick={toggle}
      >
        {all ? 'Fewer filters' : 'More filters'}
      </Button>
      {children}
      {isFiltered ? (
        <Button variant="subtle" leftSection={<X size={16} />} onClick={clear}>
          Clear
        </Button>
      ) : null}
    </Group>
  );
}
