import { Grid, Skeleton, Stack } from '@mantine/core';

/** The overview's shape until its content is there. */
export function OverviewSkeleton() {
  return (
    <Stack gap="md" aria-busy aria-label="Loading" role="status">
      <Skeleton h={92} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Skeleton h={360} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Skeleton h={240} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
