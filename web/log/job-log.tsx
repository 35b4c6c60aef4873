import { Button, Group, Text } from '@mantine/core';
import { Download, Pause, Play } from 'lucide-react';
import type { JobDetail } from '../../api/schemas/job.ts';
import { Panel } from '../layout/panel.tsx';
import { LogLines } from './log-lines.tsx';
import type { LogSnapshot } from './log-store.ts';
import { logNotice } from './log-notice.ts';
import { useFollowEnd } from './use-follow-end.ts';
import { useJobLog } from './use-job-log.ts';
import './log-colors.css';
import classes from './log.module.css';

const STATE_WORDS: Readonly<Record<Exclude<LogSnapshot['state'], 'none'>, string>> = {
  connecting: 'Connecting…',
  live: 'Live: more appears as it is written',
  reconnecting: 'Reconnecting…',
  ended: 'End of the log',
};

/** The output of a job's runner, as it comes. */
export function JobLog({ job }: { job: JobDetail }) {
  const { blocks, state } = useJobLog(job.id, job.runner_name);
  const { frame, content, following, setFollowing, onScroll } = useFollowEnd();
  const growing = state !== 'none' && state !== 'ended';
  return (
    <Panel
      title="Log"
      flush
      aside={
        <Group gap="xs" wrap="nowrap">
          {growing ? (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={following ? <Pause size={14} /> : <Play size={14} />}
              onClick={() => setFollowing(!following)}
            >
              {following ? 'Pause' : 'Follow'}
            </Button>
          ) : null}
          {state === 'none' ? null : (
            <Button
              component="a"
              href={`/api/jobs/${encodeURIComponent(job.id)}/logs`}
              download={`${job.id}.log`}
              size="compact-xs"
              variant="default"
              leftSection={<Download size={14} />}
            >
              Download
            </Button>
          )}
        </Group>
      }
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by the keyboard */}
      <div
        ref={frame}
        className={classes['log']}
        role="region"
        aria-label="Output of the runner"
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={content}>
          {blocks.map((block) => (
            <LogLines key={block.first} block={block} />
          ))}
        </div>
        {blocks.length === 0 ? (
          <Text size="sm" className={classes['notice']}>
            {logNotice(job, state)}
          </Text>
        ) : null}
      </div>
      {state === 'none' ? null : (
        <Text size="xs" c="dimmed" px="md" py={6} role="status">
          {STATE_WORDS[state]}
        </Text>
      )}
    </Panel>
  );
}
