import { Code, Stack } from '@mantine/core';
import { Server } from 'lucide-react';
import type { Host } from '../../api/schemas/host.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { HostCapacity } from './host-capacity.tsx';

/** Every host with how full it is. */
export function HostList({ hosts }: { hosts: readonly Host[] }) {
  if (hosts.length === 0) {
    return (
      <EmptyState title="No host is connected" icon={<Server size={28} />}>
        Jobs wait until one is. On a machine with Docker, start a host worker with{' '}
        <Code>node dist/worker/host.js</Code>.
      </EmptyState>
    );
  }
  return (
    <Stack gap="md" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
      {hosts.map((host) => (
        <HostCapacity key={host.id} host={host} />
      ))}
    </Stack>
  );
}
