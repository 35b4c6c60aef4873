import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Team } from '../../api/schemas/team.ts';
import { Panel } from '../layout/panel.tsx';
import { useMay } from '../permission/use-may.ts';
import { DeletePolicy } from '../policies/delete-policy.tsx';
import { EditPolicy } from '../policies/edit-policy.tsx';
import { PolicyFacts } from '../policies/policy-facts.tsx';

/** The label policy of a team, or that it has none of its own. */
export function TeamPolicyPanel({ team }: { team: Team }) {
  const mayWrite = useMay('users:write');
  const [isEditing, edit] = useDisclosure(false);
  const [isDeleting, remove] = useDisclosure(false);
  const subject = `team:${team.name}`;
  return (
    <Panel
      title="Label policy"
      aside={
        mayWrite ? (
          <Group gap={6}>
            {team.policy ? (
              <Button size="compact-sm" variant="default" onClick={remove.open}>
                Remove
              </Button>
            ) : null}
            <Button size="compact-sm" variant="default" onClick={edit.open}>
              {team.policy ? 'Edit the policy' : 'Set a policy'}
            </Button>
          </Group>
        ) : null
      }
    >
      {team.policy ? (
        <PolicyFacts policy={team.policy} />
      ) : (
        <Text size="sm" c="dimmed">
          The team has no policy of its own: the default one applies.
        </Text>
      )}
      {isEditing ? (
        <EditPolicy subject={subject} policy={team.policy} onClose={edit.close} />
      ) : null}
      {isDeleting ? <DeletePolicy subject={subject} onClose={remove.close} /> : null}
    </Panel>
  );
}
