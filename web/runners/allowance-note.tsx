import { Alert, DataList, Skeleton } from '@mantine/core';
import { Gauge } from 'lucide-react';
import type { Allowance } from '../../api/schemas/registration.ts';
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
  const { policy, quotas } = allowance.data;
  return (
    <Alert
      variant="outline"
      color={isUsedUp(allowance.data) ? 'orange' : 'gray'}
      icon={<Gauge size={18} />}
      title={isUsedUp(allowance.data) ? 'The quota is used up' : 'What you may have'}
      role="note"
      {...(!isUsedUp(allowance.data) && { bd: '1px solid var(--runyard-hairline)' })}
    >
      <DataList size="sm" gap={6} labelWidth="110px">
        {quotas.map((quota) => (
          <Fact
            key={`${quota.of} ${quota.name}`}
            name={quota.of === 'team' ? `Team ${quota.name}` : 'Yours'}
          >
            {share(quota.runners, quota.max_runners)} at once,{' '}
            {share(quota.last_hour, quota.max_runners_per_hour)} this hour
          </Fact>
        ))}
        <Fact name="Labels">
          {policy.allowed.length > 0 ? <Labels labels={policy.allowed} /> : 'System labels only'}
        </Fact>
        <Fact name="Required">
          {policy.required.length > 0 ? <Labels labels={policy.required} /> : null}
        </Fact>
        <Fact name="Denied">
          {policy.denied.length > 0 ? <Labels labels={policy.denied} /> : null}
        </Fact>
      </DataList>
    </Alert>
  );
}

function isUsedUp({ quotas }: Allowance): boolean {
  return quotas.some(
    ({ runners, max_runners: most, last_hour: lastHour, max_runners_per_hour: mostAnHour }) =>
      (most !== null && runners >= most) || (mostAnHour !== null && lastHour >= mostAnHour),
  );
}

function share(used: number, most: number | null): string {
  return most === null ? String(used) : `${used} of ${most}`;
}
