import { DataList } from '@mantine/core';
import type { LabelPolicyView } from '../../api/schemas/label-policy.ts';
import { Labels } from '../labels/labels.tsx';
import { Fact } from '../layout/fact.tsx';

/** What a policy says. */
export function PolicyFacts({ policy }: { policy: LabelPolicyView }) {
  return (
    <DataList size="sm" gap={8} labelWidth="130px">
      <Fact name="Allowed labels">
        {policy.allowed.length > 0 ? <Labels labels={policy.allowed} /> : 'System labels only'}
      </Fact>
      <Fact name="Denied labels">
        {policy.denied.length > 0 ? <Labels labels={policy.denied} /> : null}
      </Fact>
      <Fact name="Required labels">
        {policy.required.length > 0 ? <Labels labels={policy.required} /> : null}
      </Fact>
      <Fact name="Runners at once">{limit(policy.max_runners)}</Fact>
      <Fact name="Runners an hour">{limit(policy.max_runners_per_hour)}</Fact>
      <Fact name="Persistent">{policy.allow_persistent ? 'Allowed' : 'Not allowed'}</Fact>
      <Fact name="Runner groups">
        {policy.runner_groups.length > 0 ? (
          <Labels labels={policy.runner_groups} />
        ) : (
          'The default one'
        )}
      </Fact>
    </DataList>
  );
}

/** A number that a policy limits. */
export function limit(most: number | null): string {
  return most === null ? 'No limit' : String(most);
}
