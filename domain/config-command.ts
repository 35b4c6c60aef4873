/** What a runner is configured with that registers by token. */
export interface ConfigCommand {
  /** GitHub's address, such as `https://github.com`. */
  server: string;
  /** An organization, or `owner/name` of a repository. */
  target: string;
  token: string;
  name: string;
  labels: readonly string[];
  runnerGroup: string;
  ephemeral: boolean;
}

/**
 * The command that configures GitHub's runner without a question. Each argument is quoted where a
 * POSIX shell would read it as more than itself.
 *
 * Options: https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/add-runners
 */
export function configCommand(given: ConfigCommand): string {
  const { server, target, token, name, labels, runnerGroup, ephemeral } = given;
  const argv = ['./config.sh', '--url', `${server}/${target}`, '--token', token, '--name', name];
  argv.push('--labels', labels.join(','));
  // A repository has no runner groups, and the option would be refused.
  if (!target.includes('/')) argv.push('--runnergroup', runnerGroup);
  if (ephemeral) argv.push('--ephemeral');
  argv.push('--unattended');
  return argv.map(quote).join(' ');
}

/**
 * Where people find what an API address serves: `https://api.github.com` is github.com, an
 * Enterprise Server's API is below `/api/v3`.
 */
export function githubServer(apiUrl: string): string {
  return apiUrl
    .replace(/\/+$/, '')
    .replace(/\/api\/v3$/, '')
    .replace(/^https:\/\/api\.(github\.com|[^./]+\.ghe\.com)$/, 'https://$1');
}

function quote(argument: string): string {
  if (/^[\w./:=,@%+-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
