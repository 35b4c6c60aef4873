import type { Command } from 'commander';
import type { Host } from '../../api/schemas/host.ts';
import { ago, fields, show, table } from '../output.ts';
import { apiOf, type Context, outputOf } from './context.ts';

interface HostPage {
  items: Host[];
  next_cursor: string | null;
}

/** `runyard hosts …` */
export function addHostCommands(program: Command, context: Context): void {
  const hosts = program.command('hosts').description('Look at Docker hosts');

  hosts
    .command('list')
    .description('List hosts')
    .action(async (_: unknown, command: Command) => {
      const page = await apiOf(command, context).get<HostPage>('/api/hosts', { limit: 100 });
      show(outputOf(command, context), page, () => hostTable(page));
    });

  hosts
    .command('show <id>')
    .description('Show a host')
    .action(async (id: string, _: unknown, command: Command) => {
      const host = await apiOf(command, context).get<Host>(`/api/hosts/${encodeURIComponent(id)}`);
      show(outputOf(command, context), host, () => hostText(host));
    });
}

function hostTable({ items }: HostPage): string {
  if (items.length === 0) return 'No hosts';
  return table(
    ['ID', 'STATE', 'RUNNING', 'RESERVED', 'CAPACITY', 'POOLS', 'HEARTBEAT'],
    items.map((host) => [
      host.id,
      host.state,
      String(host.running),
      String(host.reserved),
      String(host.capacity),
      host.pools.join(','),
      `${ago(host.heartbeat_at)} ago`,
    ]),
  );
}

function hostText(host: Host): string {
  return fields([
    ['Host', host.id],
    ['Machine', host.hostname],
    ['State', host.state],
    ['Slots', `${host.running} running, ${host.reserved} reserved, of ${host.capacity}`],
    ['Pools', host.pools.join(', ')],
    ['Labels', host.labels.join(', ') || null],
    ['Cores', String(host.cpus)],
    ['Memory', `${(host.memory_bytes / 2 ** 30).toFixed(1)} GiB`],
    ['Docker', host.docker_version],
    ['Started', host.started_at],
    ['Heartbeat', `${host.heartbeat_at} (${ago(host.heartbeat_at)} ago)`],
  ]);
}
