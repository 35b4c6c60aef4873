import { Button, Group, Modal, type ModalProps, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { ErrorNotice } from './error-notice.tsx';

export interface FormDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What the button that sends it says. */
  act: string;
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void;
  isPending: boolean;
  error: Error | null;
  size?: ModalProps['size'];
  children: ReactNode;
}

/** A form in a dialog. A click beside it doesn't lose what was typed. */
export function FormDialog(props: FormDialogProps) {
  const { opened, onClose, title, act, onSubmit, isPending, error, size = 'md', children } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          {children}
          {error ? (
            <div key={error.message} ref={showAll}>
              <ErrorNotice error={error} />
            </div>
          ) : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isPending}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** A long form's end may be out of sight. */
function showAll(notice: HTMLElement | null): void {
  notice?.scrollIntoView({ block: 'nearest' });
}
