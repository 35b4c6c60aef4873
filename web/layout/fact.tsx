import { DataList } from '@mantine/core';
import type { ReactNode } from 'react';

/** One fact; nothing where it isn't known. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === undefined || children === '') return null;
  return (
    <DataList.Item>
      <DataList.ItemLabel>{name}</DataList.ItemLabel>
      <DataList.ItemValue style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
        {children}
      </DataList.ItemValue>
    </DataList.Item>
  );
}
