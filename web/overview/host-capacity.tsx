import type { Host } from '../../api/schemas/host.ts';
import { TimeAgo } from '../time/time-ago.tsx';
import classes from './host-capacity.module.css';

const STATES: Readonly<Record<Host['state'], string>> = {
  active: 'Active',
  draining: 'Draining: takes no new jobs',
  lost: 'Silent, last heard ',
};

/** One host: its state, and its slots as a bar. */
export function HostCapacity({ host }: { host: Host }) {
  const used = host.running + host.reserved;
  const share = (slots: number) => `${(100 * slots) / Math.max(1, host.capacity, used)}%`;
  return (
    <li>
      <div className={classes['line']}>
        <span className={classes['name']}>{host.id}</span>
        <span className="numeric">
          {used} of {host.capacity} in use
        </span>
      </div>
      <div
        className={classes['bar']}
        role="meter"
        aria-label={`Slots in use on ${host.id}`}
        aria-valuemin={0}
        aria-valuemax={host.capacity}
        aria-valuenow={Math.min(used, host.capacity)}
        aria-valuetext={`${host.running} running, ${host.reserved} reserved, of ${host.capacity}`}
      >
        <span className={classes['running']} style={{ width: share(host.running) }} />
        <span className={classes['reserved']} style={{ width: share(host.reserved) }} />
      </div>
      <div className={classes['facts']}>
        <span data-state={host.state} className={classes['state']}>
          {STATES[host.state]}
          {host.state === 'lost' ? <TimeAgo at={host.heartbeat_at} /> : null}
        </span>
        <span>
          {host.cpus} CPUs, {gibibytes(host.memory_bytes)} GiB, Docker {host.docker_version}
        </span>
      </div>
    </li>
  );
}

function gibibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 30);
}
