import { Alert, Button, Code, Group, List, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { ApiError } from '../client/api-error.ts';

/** Titles for people, by the answer's status; its detail says the rest. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Not understood',
  403: 'Not permitted',
  404: 'Not found',
  409: 'Not possible as things stand',
  422: 'Not accepted',
  429: 'Too many requests',
  503: 'Not available just now',
};

/** Says what went wrong, how the server's log names it, and offers to try again. */
export function ErrorNotice({ error, retry }: { error: Error; retry?: () => void }) {
  const known = error instanceof ApiError ? error : null;
  // With a single field the message often says it all.
  const fields = known?.fields.filter(({ message }) => !error.message.includes(message)) ?? [];
  return (
    <Alert
      variant="outline"
      color="red"
      role="alert"
      icon={<TriangleAlert size={18} />}
      title={known ? (TITLES[known.status] ?? known.title) : 'Something went wrong'}
    >
      <Text size="sm">{error.message}</Text>
      {fields.length > 0 ? (
        <List size="sm" mt={4} spacing={2}>
          {fields.map(({ path, message }) => (
            <List.Item key={`${path} ${message}`}>
              {path === '' ? null : (
                <>
                  <Code>{path}</Code>{' '}
                </>
              )}
              {message}
            </List.Item>
          ))}
        </List>
      ) : null}
      <Group mt={retry || known?.correlationId ? 'xs' : 0} gap="sm">
        {retry ? (
          <Button size="compact-sm" variant="default" onClick={retry}>
            Try again
          </Button>
        ) : null}
        {known?.correlationId ? (
          <Text size="xs" c="dimmed">
            Correlation id: {known.correlationId}
          </Text>
        ) : null}
      </Group>
    </Alert>
  );
}
