import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';

/** A page's content under its title in the browser's tab. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="md" maw={1440} mx="auto">
      <title>{`${title} · Runyard`}</title>
      {children}
    </Stack>
  );
}
