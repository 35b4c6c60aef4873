import { Button, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Plus, Tags } from 'lucide-react';
import { useState } from 'react';
import type { LabelPolicyView } from '../../api/schemas/label-policy.ts';
import { Labels } from '../labels/labels.tsx';
import { EmptyState } from '../layout/empty-state.tsx';
import { Panel } from '../layout/panel.tsx';
import { ListState } from '../table/list-state.tsx';
import { ListTable } from '../table/list-table.tsx';
import classes from '../table/list-table.module.css';
import { NextPage } from '../table/next-page.tsx';
import { DeletePolicy } from './delete-policy.tsx';
import { EditPolicy } from './edit-policy.tsx';
import { limit } from './policy-facts.tsx';
import { describeSubject } from './subject.ts';
import { useLabelPolicies } from './use-label-policies.ts';

/** Every label policy: the default one, those of teams, and those of single people. */
export function PoliciesPanel({ mayWrite }: { mayWrite: boolean }) {
  const list = useLabelPolicies();
  const [isAdding, { open, close }] = useDisclosure(false);
  const [edited, setEdited] = useState<LabelPolicyView | null>(null);
  const [doomed, setDoomed] = useState<string | null>(null);
  const policies = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title="Label policies"
      flush
      aside={
        mayWrite ? (
          <Button size="compact-sm" leftSection={<Plus size={14} />} onClick={open}>
            New policy
          </Button>
        ) : null
      }
    >
      <ListState
        query={list}
        isEmpty={policies.length === 0}
        height={120}
        empty={
          <EmptyState title="No label policy" icon={<Tags size={28} />}>
            A policy says which labels people may have on their runners, and how many runners.
          </EmptyState>
        }
      >
        <ListTable
          caption="Label policies"
          head={
            <>
              <Table.Th>For</Table.Th>
              <Table.Th visibleFrom="sm">Allowed</Table.Th>
              <Table.Th visibleFrom="md">Denied</Table.Th>
              <Table.Th visibleFrom="md">Required</Table.Th>
              <Table.Th visibleFrom="sm">At once</Table.Th>
              <Table.Th visibleFrom="sm">An hour</Table.Th>
              <Table.Th aria-label="Actions" />
            </>
          }
        >
          {policies.map((policy) => (
            <PolicyRow
              key={policy.subject}
              policy={policy}
              edit={mayWrite ? () => setEdited(policy) : undefined}
              remove={mayWrite ? () => setDoomed(policy.subject) : undefined}
            />
          ))}
        </ListTable>
        <NextPage list={list} />
      </ListState>
      {isAdding ? <EditPolicy subject={null} policy={null} onClose={close} /> : null}
      {edited ? (
        <EditPolicy
          key={edited.subject}
          subject={edited.subject}
          policy={edited}
          onClose={() => setEdited(null)}
        />
      ) : null}
      {doomed === null ? null : (
        <DeletePolicy key={doomed} subject={doomed} onClose={() => setDoomed(null)} />
      )}
    </Panel>
  );
}

interface PolicyRowProps {
  policy: LabelPolicyView;
  edit?: (() => void) | undefined;
  remove?: (() => void) | undefined;
}

function PolicyRow({ policy, edit, remove }: PolicyRowProps) {
  return (
    <Table.Tr>
      <Table.Td>
        <span className={classes['name']}>{describeSubject(policy.subject)}</span>
        <div className={classes['under']}>{policy.subject}</div>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes['wide']}>
        {policy.allowed.length > 0 ? <Labels labels={policy.allowed} /> : 'System labels only'}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes['wide']}>
        <Labels labels={policy.denied} />
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes['wide']}>
        <Labels labels={policy.required} />
      </Table.Td>
      <Table.Td visibleFrom="sm" className={`${classes['tight']} numeric`}>
        {limit(policy.max_runners)}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={`${classes['tight']} numeric`}>
        {limit(policy.max_runners_per_hour)}
      </Table.Td>
      <Table.Td className={classes['actions']}>
        {edit && remove ? (
          <div className={classes['buttons']}>
            <Button
              size="compact-sm"
              variant="default"
              onClick={edit}
              aria-label={`Edit the policy of ${policy.subject}`}
            >
              Edit
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={remove}
              aria-label={`Delete the policy of ${policy.subject}`}
            >
              Delete
            </Button>
          </div>
        ) : null}
      </Table.Td>
    </Table.Tr>
  );
}
