import { Box, Button, Table } from '@mantine/core';
import { Flag } from 'lucide-react';
import type { Registration } from '../../api/schemas/registration.ts';
import { Labels } from '../labels/labels.tsx';
import { Mark } from '../status/mark.tsx';
import classes from '../table/list-table.module.css';
import { TimeAgo } from '../time/time-ago.tsx';
import { formatMoment } from '../time/moment.ts';
import { isOver, REGISTRATION_STATUSES } from './registration-appearance.ts';
import { useRefreshRunner } from './use-runners.ts';

export interface RunnerRowProps {
  runner: Registration;
  /** Undefined where the reader may not change runners. */
  remove?: (() => void) | undefined;
}

/** One runner of the table. */
export function RunnerRow({ runner, remove }: RunnerRowProps) {
  const status = REGISTRATION_STATUSES[runner.status];
  const where = [runner.target, runner.team ? `team ${runner.team}` : runner.owner_name];
  const kind = runner.ephemeral ? 'one job' : 'persistent';
  return (
    <Table.Tr>
      <Table.Td visibleFrom="sm" className={classes['tight']}>
        <Mark {...status} />
      </Table.Td>
      <Table.Td>
        <span className={classes['name']}>{runner.name}</span>
        <Box hiddenFrom="sm">
          <Mark {...status} />
        </Box>
        <div className={classes['under']}>{[...where, kind].join(' · ')}</div>
        {runner.detail ? <div className={classes['under']}>{runner.detail}</div> : null}
        {runner.flagged ? (
          <Mark
            label={runner.flag_reason ?? 'It has labels that were not granted'}
            tone="bad"
            icon={Flag}
            wraps
          />
        ) : null}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes['wide']}>
        <Labels labels={runner.labels} />
      </Table.Td>
      <Table.Td visibleFrom="lg" className={classes['tight']}>
        <TimeAgo at={runner.created_at} />
      </Table.Td>
      <Table.Td visibleFrom="lg" className={classes['tight']}>
        {runner.status === 'pending' ? formatMoment(runner.expires_at) : '–'}
      </Table.Td>
      <Table.Td className={classes['actions']}>
        {remove && !isOver(runner.status) ? <Actions runner={runner} remove={remove} /> : null}
      </Table.Td>
    </Table.Tr>
  );
}

function Actions({ runner: { id, name }, remove }: { runner: Registration; remove: () => void }) {
  const refresh = useRefreshRunner(id);
  return (
    <>
      <div className={classes['buttons']}>
        <Button
          size="compact-sm"
          variant="default"
          loading={refresh.isPending}
          onClick={() => refresh.mutate()}
          aria-label={`Refresh ${name} from GitHub`}
        >
          Refresh
        </Button>
        <Button size="compact-sm" variant="default" onClick={remove} aria-label={`Delete ${name}`}>
          Delete
        </Button>
      </div>
      {refresh.error ? (
        <div role="alert" className={classes['problem']}>
          {refresh.error.message}
        </div>
      ) : null}
    </>
  );
}
