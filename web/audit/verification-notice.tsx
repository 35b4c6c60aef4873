import { Alert, Code, Text } from '@mantine/core';
import { OctagonAlert, ShieldCheck } from 'lucide-react';
import type { AuditVerification } from '../../api/schemas/audit.ts';
import { formatDuration } from '../time/duration.ts';
import { formatMoment } from '../time/moment.ts';

/** What the check of the whole log found. */
export function VerificationNotice({ result }: { result: AuditVerification }) {
  const { head, first_bad: firstBad } = result;
  const figures = `${count(result.events, 'event')}, ${count(result.checkpoints, 'signed checkpoint')} and ${count(result.archived_segments, 'archived segment')} checked in ${formatDuration(result.milliseconds)}, ${formatMoment(result.verified_at)}.`;
  if (result.ok) {
    return (
      <Alert
        variant="outline"
        color="green"
        role="status"
        icon={<ShieldCheck size={18} />}
        title="The audit log is whole"
      >
        <Text size="sm">{figures}</Text>
        {head ? (
          <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
            Last event: {head.sequence}, with the hash <Code>{head.hash}</Code>
          </Text>
        ) : null}
      </Alert>
    );
  }
  return (
    <Alert
      variant="filled"
      color="red.9"
      role="alert"
      icon={<OctagonAlert size={20} />}
      title="The audit log was tampered with"
    >
      {firstBad ? (
        <Text size="sm" fw={600}>
          First bad event: {firstBad.sequence}. {firstBad.reason}
        </Text>
      ) : null}
      <Text size="sm" mt={4}>
        Nothing from there on can be trusted. Keep the database and its backups as they are, and
        compare with an export or archive from before. {figures}
      </Text>
    </Alert>
  );
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString()} ${noun}${number === 1 ? '' : 's'}`;
}
