import { DataList } from '@mantine/core';
import type { JobDetail } from '../../api/schemas/job.ts';
import { Labels } from '../labels/labels.tsx';
import { Copyable } from '../layout/copyable.tsx';
import { Fact } from '../layout/fact.tsx';

/** What is known of a job; what isn't known is left out. */
export function JobFacts({ job }: { job: JobDetail }) {
  return (
    <DataList size="sm" gap={8} labelWidth="96px">
      <Fact name="Repository">{job.repository}</Fact>
      <Fact name="Workflow">{job.workflow_name}</Fact>
      <Fact name="Run">
        {job.run_id}
        {job.run_attempt > 1 ? `, attempt ${job.run_attempt}` : null}
      </Fact>
      <Fact name="Event">{job.event}</Fact>
      <Fact name="Branch">{job.branch}</Fact>
      <Fact name="Commit">
        {job.head_sha ? <Copyable text={job.head_sha} shown={job.head_sha.slice(0, 10)} /> : null}
      </Fact>
      <Fact name="Labels">{job.labels.length > 0 ? <Labels labels={job.labels} /> : null}</Fact>
      <Fact name="Pool">{job.pool}</Fact>
      <Fact name="Priority">{job.priority}</Fact>
      <Fact name="Team">{job.team}</Fact>
      <Fact name="Source">{job.source}</Fact>
      <Fact name="Runner">{job.runner_name ? <Copyable text={job.runner_name} /> : null}</Fact>
      <Fact name="Launches">{job.attempts > 1 ? job.attempts : null}</Fact>
      <Fact name="Host">{job.host_id}</Fact>
      <Fact name="Container">
        {job.container_id ? (
          <Copyable text={job.container_id} shown={job.container_id.slice(0, 12)} />
        ) : null}
      </Fact>
      <Fact name="Conclusion">{job.conclusion?.replaceAll('_', ' ')}</Fact>
      <Fact name="Workflow id">
        <Copyable text={job.workflow.id} />
      </Fact>
      <Fact name="Delivery">
        {job.delivery_id ? (
          <Copyable text={job.delivery_id} shown={beginningOf(job.delivery_id)} />
        ) : null}
      </Fact>
      <Fact name="Correlation">
        <Copyable text={job.correlation_id} shown={beginningOf(job.correlation_id)} />
      </Fact>
    </DataList>
  );
}

/** Enough of a long id to recognize it by; all of it is copied. */
function beginningOf(id: string): string {
  return id.length > 24 ? `${id.slice(0, 13)}…` : id;
}
