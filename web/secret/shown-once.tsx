import { Alert, Button, Checkbox, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { Check, Copy, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useBlocker } from 'react-router';
import classes from './shown-once.module.css';

export interface Secret {
  /** What it is, such as `API token`. */
  name: string;
  value: string;
}

export interface ShownOnceProps {
  title: string;
  /** What it is for, and how long it works. */
  children: ReactNode;
  secrets: readonly Secret[];
  onClose: () => void;
}

/**
 * Shows what can't be shown again. It stays until it is said to be kept: neither a click beside it,
 * Escape, nor Back closes it, and the browser asks before the tab is closed.
 */
export function ShownOnce({ title, children, secrets, onClose }: ShownOnceProps) {
  const [isKept, setKept] = useState(false);
  useStaying(!isKept);
  return (
    <Modal
      opened
      onClose={() => undefined}
      title={title}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        <Alert
          variant="outline"
          color="orange"
          icon={<TriangleAlert size={18} />}
          title="Shown only now"
        >
          Runyard keeps no copy that could be read. If this is lost, make a new one.
        </Alert>
        <Text component="div" size="sm">
          {children}
        </Text>
        {secrets.map((secret, index) => (
          <SecretText key={secret.name} secret={secret} isFirst={index === 0} />
        ))}
        <Group justify="space-between" gap="sm">
          <Checkbox
            label="I have kept it where I need it"
            checked={isKept}
            onChange={(event) => setKept(event.currentTarget.checked)}
          />
          <Button disabled={!isKept} onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function SecretText({ secret: { name, value }, isFirst }: { secret: Secret; isFirst: boolean }) {
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={copied ? <Check size={14} /> : <Copy size={14} />}
              onClick={copy}
              aria-label={copied ? `${name} copied` : `Copy ${name}`}
              {...(isFirst && { 'data-autofocus': true })}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <pre className={classes['secret']} tabIndex={0} role="region" aria-label={name}>
        {value}
      </pre>
    </div>
  );
}

/** Keeps the reader on the page, but for what the server itself ends. */
function useStaying(isStaying: boolean): void {
  const blocker = useBlocker(isStaying);
  useEffect(() => {
    if (blocker.state === 'blocked') blocker.reset();
  }, [blocker]);
  useEffect(() => {
    if (!isStaying) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isStaying]);
}
