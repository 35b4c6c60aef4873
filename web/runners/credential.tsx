import { Code, Text } from '@mantine/core';
import type { ProvisionedRunner } from '../../api/schemas/registration.ts';
import { Labels } from '../labels/labels.tsx';
import { type Secret, ShownOnce } from '../secret/shown-once.tsx';
import { formatMoment } from '../time/moment.ts';

/** What a machine needs to become the runner, shown once. */
export function Credential({ given, onClose }: { given: ProvisionedRunner; onClose: () => void }) {
  const until = formatMoment(given.expires_at);
  return (
    <ShownOnce title={`The runner ${given.name}`} secrets={secretsOf(given)} onClose={onClose}>
      {given.mode === 'jit' ? (
        <Text size="sm">
          In the folder of GitHub’s runner, on the machine: <Code>./run.sh --jitconfig …</Code> with
          the configuration below, before {until}. Its labels are fixed:
        </Text>
      ) : (
        <Text size="sm">
          Run the command in the folder of GitHub’s runner, on the machine, before {until}. With
          other labels than these the runner is removed:
        </Text>
      )}
      <div style={{ marginTop: 8 }}>
        <Labels labels={given.labels} />
      </div>
    </ShownOnce>
  );
}

function secretsOf(given: ProvisionedRunner): Secret[] {
  const all = [
    { name: 'JIT configuration', value: given.jit_config },
    { name: 'Command', value: given.config_command },
    { name: 'Registration token', value: given.registration_token },
  ];
  return all.flatMap(({ name, value }) => (value ? [{ name, value }] : []));
}
