import { Table, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './list-table.module.css';

export interface ListTableProps {
  /** Tells a screen reader what the table holds. */
  caption: string;
  /** Cells of the head. */
  head: ReactNode;
  /** Rows. */
  children: ReactNode;
}

/** A table of things, one a row. */
export function ListTable({ caption, head, children }: ListTableProps) {
  return (
    <Table className={classes['table']} highlightOnHover verticalSpacing={8} horizontalSpacing="md">
      <caption>
        <VisuallyHidden>{caption}</VisuallyHidden>
      </caption>
      <Table.Thead>
        <Table.Tr>{head}</Table.Tr>
      </Table.Thead>
      <Table.Tbody>{children}</Table.Tbody>
    </Table>
  );
}
