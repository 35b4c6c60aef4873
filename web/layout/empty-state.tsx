import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  title: string;
  /** Level of the title, where it isn't within a panel. */
  heading?: 1 | 2 | 3;
  icon?: ReactNode;
  /** What to do about it. */
  children?: ReactNode;
  action?: ReactNode;
}

/** Stands where there is nothing to show, and says what to do. */
export function EmptyState({ title, heading = 3, icon, children, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      {icon ? (
        <Text component="span" c="dimmed" lh={0} aria-hidden>
          {icon}
        </Text>
      ) : null}
      <Title order={heading} size="h5">
        {title}
      </Title>
      {children ? (
        <Text component="div" size="sm" c="dimmed" maw={560}>
          {children}
        </Text>
      ) : null}
      {action}
    </Stack>
  );
}
