import type {
  AuditEventTypes,
  AuditEventView,
  AuditPage,
  AuditStats,
  AuditVerification,
} from '../../api/schemas/audit.ts';
import { fields, table } from '../output.ts';

/** Characters of details in a line. */
const DETAILS = 100;

export function eventTable({ items, next_cursor: next }: AuditPage): string {
  if (items.length === 0) return 'No events';
  const rows = items.map((event) => [
    String(event.sequence),
    event.time,
    severity(event),
    event.type,
    outcome(event),
    about(event),
    event.actor.name,
    event.actor.address ?? '',
  ]);
  const headings = ['#', 'TIME', 'SEVERITY', 'TYPE', 'OUTCOME', 'ABOUT', 'BY', 'FROM'];
  return table(headings, rows) + (next ? `\nMore: --cursor ${next}` : '');
}

/** Everything that one request or webhook caused, from its beginning. */
export function storyText(events: readonly AuditEventView[]): string {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return 'No events';
  const since = (time: string) => Date.parse(time) - Date.parse(first.time);
  const rows = events.map((event) => [
    `+${(since(event.time) / 1000).toFixed(3)} s`,
    event.type,
    outcome(event),
    about(event),
    event.actor.name,
    details(event),
  ]);
  return [
    fields([
      ['Correlation', first.correlation_id],
      ['Began', first.time],
      ['Events', String(events.length)],
      ['Took', `${(since(last.time) / 1000).toFixed(3)} s`],
    ]),
    '',
    table(['AFTER', 'TYPE', 'OUTCOME', 'ABOUT', 'BY', 'DETAILS'], rows),
  ].join('\n');
}

export function verificationText(found: AuditVerification): string {
  const { ok, first_bad: bad } = found;
  return fields([
    ['Verified', ok ? 'yes: every event is as it was written' : 'NO'],
    ['First bad', bad ? `event ${bad.sequence}: ${bad.reason}` : null],
    ['Good events', String(found.events)],
    ['Checkpoints', String(found.checkpoints)],
    ['Not yet signed', String(found.unsigned)],
    ['Archive files', String(found.archived_segments)],
    ['Head', `${found.head.sequence} ${found.head.hash}`],
    ['Took', `${found.milliseconds} ms`],
  ]);
}

export function typeTable({ items }: AuditEventTypes): string {
  return table(
    ['TYPE', 'CATEGORY', 'SEVERITY', 'TELLS'],
    items.map((one) => [one.type, one.category, one.severity, one.description]),
  );
}

export function statsText(stats: AuditStats): string {
  const counts = (title: string, some: Record<string, number>) => [
    '',
    table(
      [title, 'EVENTS'],
      Object.entries(some)
        .toSorted(([, one], [, other]) => other - one)
        .map(([name, count]) => [name, String(count)]),
    ),
  ];
  return [
    `${stats.total} events`,
    ...counts('CATEGORY', stats.by_category),
    ...counts('SEVERITY', stats.by_severity),
    ...counts('OUTCOME', stats.by_outcome),
    ...counts(
      'ACTOR',
      Object.fromEntries(stats.top_actors.map(({ actor, count }) => [actor, count])),
    ),
  ].join('\n');
}

function about({ resource }: AuditEventView): string {
  return resource ? `${resource.type} ${resource.id}` : '';
}

/** What is as it should be needs no word. */
function outcome(event: AuditEventView): string {
  return event.outcome === 'success' ? '' : event.outcome;
}

function severity(event: AuditEventView): string {
  return event.severity === 'info' ? '' : event.severity;
}

function details(event: AuditEventView): string {
  const text = Object.entries(event.details)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  return text.length > DETAILS ? `${text.slice(0, DETAILS)}…` : text;
}
