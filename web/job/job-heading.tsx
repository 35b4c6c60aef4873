import { Anchor, Breadcrumbs, Button, Group } from '@mantine/core';
import { ExternalLink } from 'lucide-react';
import { Link } from 'react-router';
import type { JobDetail } from '../../api/schemas/job.ts';
import { auditAddress } from '../audit/audit-filters.ts';
import { PageHeading } from '../layout/page-heading.tsx';
import { useMay } from '../permission/use-may.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { STATUSES } from '../status/statuses.ts';
import { CancelJob } from './cancel-job.tsx';
import { RetryJob } from './retry-job.tsx';

/** A job's name and status, where else it can be seen, and what can be done to it. */
export function JobHeading({ job }: { job: JobDetail }) {
  const { ended } = STATUSES[job.status];
  const isLost = job.status === 'failed' || job.status === 'lost';
  const mayWrite = useMay('jobs:write');
  const mayAudit = useMay('audit:read');
  return (
    <div>
      <Breadcrumbs mb={4} fz="sm">
        <Anchor component={Link} to="/jobs" size="sm">
          Jobs
        </Anchor>
        <Anchor
          component={Link}
          to={`/jobs?repository=${encodeURIComponent(job.repository)}`}
          size="sm"
        >
          {job.repository}
        </Anchor>
      </Breadcrumbs>
      <PageHeading
        title={job.name}
        description={
          <Group gap={6} component="span">
            <StatusMark job={job} />
            {job.workflow_name ? <span>· {job.workflow_name}</span> : null}
          </Group>
        }
        actions={
          <>
            {job.github_url ? <OutsideLink href={job.github_url}>GitHub</OutsideLink> : null}
            {job.workflow.url ? <OutsideLink href={job.workflow.url}>Temporal</OutsideLink> : null}
            {mayAudit ? (
              <Button
                component={Link}
                to={auditAddress({ correlation_id: job.correlation_id })}
                variant="default"
                size="xs"
              >
                Audit story
              </Button>
            ) : null}
            {mayWrite && isLost ? <RetryJob job={job} /> : null}
            {mayWrite && !ended ? <CancelJob job={job} /> : null}
          </>
        }
      />
    </div>
  );
}

function OutsideLink({ href, children }: { href: string; children: string }) {
  return (
    <Button
      component="a"
      href={href}
      target="_blank"
      rel="noreferrer"
      variant="default"
      size="xs"
      rightSection={<ExternalLink size={14} aria-label="(new tab)" />}
    >
      {children}
    </Button>
  );
}
