import { Code, Text } from '@mantine/core';
import { Inbox } from 'lucide-react';
import { EmptyState } from '../layout/empty-state.tsx';

const EXAMPLE = `jobs:
  build:
    runs-on: [self-hosted, linux, x64]
    steps:
      - run: echo "Hello from Runyard"`;

/** Before the first job: how to send one. */
export function NoJobs() {
  return (
    <EmptyState title="No job has come yet" icon={<Inbox size={28} />}>
      <Text size="sm">
        In a repository where the GitHub App is installed, let a workflow ask for a runner of this
        yard, and push:
      </Text>
      <Code block mt="xs" ta="left">
        {EXAMPLE}
      </Code>
      <Text size="sm" mt="xs">
        It appears here as soon as GitHub’s webhook arrives. If it doesn’t, look at the App’s recent
        deliveries at GitHub.
      </Text>
    </EmptyState>
  );
}
