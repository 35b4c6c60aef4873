import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { RotateCw } from 'lucide-react';
import type { JobDetail } from '../../api/schemas/job.ts';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { useRetryJob } from './use-retry-job.ts';

/** Launches a runner again for a job that Runyard failed or lost, once that has been confirmed. */
export function RetryJob({ job }: { job: JobDetail }) {
  const [opened, { open, close }] = useDisclosure(false);
  const retry = useRetryJob(job.id);
  return (
    <>
      <Button size="xs" leftSection={<RotateCw size={14} />} onClick={open} aria-haspopup="dialog">
        Retry
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Retry “${job.name}”?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="md">
          <Text size="sm">
            A new runner is launched. This helps as long as GitHub still has the job queued; a job
            that is over there has to be run again from GitHub.
          </Text>
          {retry.error ? <ErrorNotice error={retry.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Not now
            </Button>
            <Button
              data-autofocus
              loading={retry.isPending}
              onClick={() => retry.mutate(undefined, { onSuccess: close })}
            >
              Launch a runner
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
