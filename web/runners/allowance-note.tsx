import { Alert, DataList, Skeleton } from '@mantine/core';
import { Gauge } from 'lucide-react';
import type { Allowance } from '../client/contract.ts';
import { Labels } from '../labels/labels.tsx';
import { Fact } from '../layout/fact.tsx';
import { ErrorNotice } from '../layout/error-notice.tsx';
import type { useAllowance } from './use-runners.ts';

/** What the policy allows, and how much of it is left. */
export function AllowanceNote({ allowance }: { allowance: ReturnType<typeof useAllowance> }) {
  if (allowance.error) {
    return <ErrorNotice error={allowance.error} retry={() => void allowance.refetch()} />;
  }
  if (!allowance.data) return <Skeleton h={120} role="status" aria-label="Loading" />;
  const { policy, used } = allowance.data;
  return (
    <Alert
      variant="outline"
      color={isUsedUp(allowance.data) ? 'orange' : 'gray'}
      icon={<Gauge size={18} />}
      title={isUsedUp(allowance.data) ? 'The quota is used up' : 'What you may have'}
      role="note"
    >
      <DataList size="sm" gap={6} labelWidth="110px">
        <Fact name="Runners">{share(used.runners, policy.max_runners)}</Fact>
        <Fact name="This hour">{share(used.last_hour, policy.max_runners_per_hour)}</Fact>
        <Fact name="Labels">
          {policy.allowed.length > 0 ? <Labels labels={policy.allowed} /> : 'System labels only'}
        </Fact>
        <Fact name="Required">
          {policy.required.length > 0 ? <Labels labels={policy.required} /> : null}
        </Fact>
        <Fact name="Denied">
          {policy.denied.length > 0 ? <Labels labels={policy.denied} /> : null}
        </Fact>
        <Fact name="By policy">{policy.subject}</Fact>
      </DataList>
    </Alert>
  );
}

function isUsedUp({ policy, used }: Allowance): boolean {
  return (
    (policy.max_runners !== null && used.runners >= policy.max_runners) ||
    (policy.max_runners_per_hour !== null && used.last_hour >= policy.max_runners_per_hour)
  );
}

function share(used: number, most: number | null): string {
  return most === null ? `${used}, without a limit` : `${used} of ${most}`;
}
