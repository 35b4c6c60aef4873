import { Button, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import type { JobDetail } from '../../api/schemas/job.ts';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { type CancelWish, useCancelJob } from './use-cancel-job.ts';

/** Ends a job, once that has been confirmed. */
export function CancelJob({ job }: { job: JobDetail }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [scope, setScope] = useState<CancelWish['scope']>('run');
  const [reason, setReason] = useState('');
  const cancel = useCancelJob(job.id);

  function submit(event: FormEvent): void {
    event.preventDefault();
    cancel.mutate({ scope, reason: reason.trim() }, { onSuccess: close });
  }

  return (
    <>
      <Button
        variant="default"
        size="xs"
        onClick={open}
        disabled={cancel.isSuccess}
        aria-haspopup="dialog"
      >
        {cancel.isSuccess ? 'Cancelling…' : 'Cancel'}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Cancel “${job.name}”?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form onSubmit={submit}>
          <Stack gap="md">
            <Radio.Group
              label="What to end"
              value={scope}
              onChange={(value) => setScope(value as CancelWish['scope'])}
            >
              <Stack gap="xs" mt="xs">
                <Radio
                  value="run"
                  label="The workflow run at GitHub"
                  description="GitHub cancels the whole run, other jobs of it included, and the runner is removed."
                />
                <Radio
                  value="runner"
                  label="Only Runyard’s runner"
                  description="Its container is removed; GitHub sees the runner go away."
                />
              </Stack>
            </Radio.Group>
            <Textarea
              label="Reason"
              description="Optional"
              maxLength={500}
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            {cancel.error ? <ErrorNotice error={cancel.error} /> : null}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Keep it
              </Button>
              <Button type="submit" color="red.9" loading={cancel.isPending}>
                Cancel the job
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
