import type { Job, Repository, Run } from '../entities.ts';

/** What a runner is to run, as shell assignments that it reads in: no parser is needed there. */
export function jobScript(job: Job, run: Run, repository: Repository, url: string): string {
  const variables: Record<string, string> = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: url,
    GITHUB_EVENT_NAME: run.event,
    GITHUB_JOB: job.name,
    GITHUB_REF: `refs/heads/${run.branch}`,
    GITHUB_REF_NAME: run.branch,
    GITHUB_REPOSITORY: repository.fullName,
    GITHUB_REPOSITORY_ID: String(repository.id),
    GITHUB_REPOSITORY_OWNER: repository.owner,
    GITHUB_RUN_ATTEMPT: String(job.attempt),
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_NUMBER: String(run.runNumber),
    GITHUB_SHA: run.headSha,
    GITHUB_WORKFLOW: run.workflow,
    RUNNER_NAME: job.runnerName ?? '',
    RUNNER_OS: 'Linux',
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  lines.push(`STEPS=${job.steps.length}`);
  for (const step of job.steps) {
    lines.push(`STEP_${step.number}_NAME=${quote(step.name)}`);
    lines.push(`STEP_${step.number}_RUN=${quote(step.run)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Text as one line, for `printf %b`. */
export function asOneLine(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
