import type { AuditActor, AuditDetails, AuditEvent } from './event.ts';
import type { AuditEventType } from './event-types.ts';
import { isOffHours, type OffHours } from './off-hours.ts';

/** So many within so long make a finding. */
export interface Threshold {
  /** 0: the rule is off */
  count: number;
  /** milliseconds */
  window: number;
}

/** What counts as suspicious; every rule has its own bounds. */
export interface SuspicionRules {
  signInBurst: Threshold;
  manyAddresses: Threshold;
  labelProbing: Threshold;
  invalidSignatures: Threshold;
  exportAfterChange: Threshold;
  offHours: OffHours;
  /** of administrative acts in off hours, by one actor */
  offHoursAdministration: Threshold;
}

/** An event that the rules look at, with its place in the chain. */
export type WatchedEvent = AuditEvent & { sequence: number };

/** Something suspicious, found once. */
export interface Finding {
  type: AuditEventType;
  /** The same for the same finding, whenever and however often it's made. */
  key: string;
  /** Whom or what it is about: an actor, an address, an account. */
  subject: string;
  /** Who set it off. */
  actor: AuditActor;
  correlationId: string | null;
  details: AuditDetails;
}

interface Rule {
  type: AuditEventType;
  threshold: (rules: SuspicionRules) => Threshold;
  /** Who or what an event counts for; none where it doesn't count. */
  subjects: (event: WatchedEvent, rules: SuspicionRules) => readonly string[];
  /** What an event adds; 1 where left out. */
  weight?: (event: WatchedEvent) => number;
  /** Different values are counted instead of events. */
  distinct?: (event: WatchedEvent) => string | null;
}

const PRIVILEGE_CHANGES: ReadonlySet<AuditEventType> = new Set([
  'user.created',
  'user.role_changed',
  'team.member_added',
  'label_policy.set',
  'api_token.created',
]);

/** Acts that only administrators do. */
const ADMINISTRATION: ReadonlySet<string> = new Set(['user_management', 'configuration']);
/** Which everybody does for themselves. */
const OWN_AFFAIRS: ReadonlySet<AuditEventType> = new Set([
  'api_token.created',
  'api_token.revoked',
]);

const RULES: readonly Rule[] = [
  {
    type: 'security.sign_in_burst',
    threshold: (rules) => rules.signInBurst,
    subjects: (event) =>
      event.type === 'session.failed'
        ? [
            ...(event.actor.address === null ? [] : [`address ${event.actor.address}`]),
            ...(event.resource === null ? [] : [`account ${event.resource.id}`]),
          ]
        : [],
    weight: countOf,
  },
  {
    type: 'security.many_addresses',
    threshold: (rules) => rules.manyAddresses,
    subjects: (event) =>
      isPerson(event.actor) && event.actor.address !== null ? [event.actor.id] : [],
    distinct: (event) => event.actor.address,
  },
  {
    type: 'security.label_policy_probing',
    threshold: (rules) => rules.labelProbing,
    subjects: (event) => (event.type === 'label_policy.refused' ? [event.actor.id] : []),
    weight: countOf,
  },
  {
    type: 'security.invalid_signature_burst',
    threshold: (rules) => rules.invalidSignatures,
    // Whoever guesses at signatures may do so from many addresses.
    subjects: (event) => (event.type === 'security.invalid_signature' ? ['webhooks'] : []),
    weight: countOf,
  },
  {
    type: 'security.off_hours_administration',
    threshold: (rules) => rules.offHoursAdministration,
    subjects: (event, { offHours }) =>
      isPerson(event.actor) &&
      event.outcome === 'success' &&
      ADMINISTRATION.has(event.category) &&
      !OWN_AFFAIRS.has(event.type) &&
      isOffHours(offHours, Date.parse(event.time))
        ? [event.actor.id]
        : [],
  },
];

/** How far back an event may count for one that comes after it. Milliseconds. */
export function longestWindow(rules: SuspicionRules): number {
  const thresholds = [...RULES.map((rule) => rule.threshold(rules)), rules.exportAfterChange];
  return Math.max(0, ...thresholds.map(({ count, window }) => (count > 0 ? window : 0)));
}

/**
 * What the events after a place in the chain have that is suspicious.
 *
 * A rule counts what happened within its window up to each event. When that reaches the threshold there
 * is a finding, and not another one for the same subject until the next span of the window's length.
 * So it doesn't matter in what portions events come, nor whether some are looked at twice.
 *
 * @param events - in the order of the chain, and back to {@link longestWindow} before the first new one
 * @param after - only what an event beyond this place completes is told
 */
export function findSuspicion(
  events: readonly WatchedEvent[],
  after: number,
  rules: SuspicionRules,
): Finding[] {
  const found = [
    ...RULES.flatMap((rule) => applyRule(rule, events, after, rules)),
    ...findExports(events, after, rules.exportAfterChange),
  ];
  return [...new Map(found.map((finding) => [finding.key, finding])).values()];
}

function applyRule(
  rule: Rule,
  events: readonly WatchedEvent[],
  after: number,
  rules: SuspicionRules,
): Finding[] {
  const { count: threshold, window } = rule.threshold(rules);
  if (threshold === 0) return [];
  const earlier = new Map<string, WatchedEvent[]>();
  const findings = new Map<string, Finding>();
  for (const event of events) {
    const time = Date.parse(event.time);
    for (const subject of rule.subjects(event, rules)) {
      const recent = (earlier.get(subject) ?? []).filter(
        (one) => Date.parse(one.time) > time - window,
      );
      recent.push(event);
      earlier.set(subject, recent);
      const count = countAll(rule, recent);
      if (event.sequence <= after || count < threshold) continue;
      const key = keyOf(rule.type, subject, time, window);
      // of several that complete a finding the first one counts
      if (findings.has(key)) continue;
      findings.set(key, finding(rule.type, key, subject, event, { count, ...spanOf(recent) }));
    }
  }
  return [...findings.values()];
}

/** Who was given more rights, or gave them, and then exports the log. */
function findExports(
  events: readonly WatchedEvent[],
  after: number,
  { count, window }: Threshold,
): Finding[] {
  if (count === 0) return [];
  return events.flatMap((event) => {
    if (event.type !== 'audit.exported' || event.sequence <= after) return [];
    const time = Date.parse(event.time);
    const changes = events.filter(
      (one) =>
        PRIVILEGE_CHANGES.has(one.type) &&
        one.outcome === 'success' &&
        one.sequence < event.sequence &&
        Date.parse(one.time) > time - window &&
        (one.actor.id === event.actor.id || isAbout(one, event.actor.id)),
    );
    const last = changes.at(-1);
    if (!last || changes.length < count) return [];
    const type = 'security.export_after_privilege_change';
    const subject = event.actor.id;
    const key = keyOf(type, subject, time, window);
    const details = { change: last.type, change_event: last.id, export_event: event.id };
    return [finding(type, key, subject, event, details)];
  });
}

function isAbout({ resource, details }: WatchedEvent, actorId: string): boolean {
  const names = [resource?.id, details['username'], details['user'], details['member']];
  return names.some((name) => name === actorId || `user:${String(name)}` === actorId);
}

function isPerson({ kind }: AuditActor): boolean {
  return kind === 'session' || kind === 'api_token' || kind === 'oidc';
}

function countAll({ weight = () => 1, distinct }: Rule, events: readonly WatchedEvent[]): number {
  if (distinct) return new Set(events.map(distinct)).size;
  return events.reduce((sum, event) => sum + weight(event), 0);
}

/** Refusals that came again and again are told of in one event. */
function countOf({ details }: WatchedEvent): number {
  const { count } = details;
  return typeof count === 'number' && count > 0 ? count : 1;
}

function spanOf(events: readonly WatchedEvent[]): AuditDetails {
  const addresses = [...new Set(events.flatMap(({ actor }) => actor.address ?? []))];
  return {
    first_event: events[0]?.id ?? '',
    last_event: events.at(-1)?.id ?? '',
    since: events[0]?.time ?? '',
    until: events.at(-1)?.time ?? '',
    ...(addresses.length > 0 ? { addresses: addresses.slice(0, 20) } : {}),
  };
}

function finding(
  type: AuditEventType,
  key: string,
  subject: string,
  { actor, correlationId }: WatchedEvent,
  details: AuditDetails,
): Finding {
  return { type, key, subject, actor, correlationId, details: { subject, ...details } };
}

function keyOf(type: AuditEventType, subject: string, time: number, window: number): string {
  return `${type}\n${subject}\n${Math.floor(time / Math.max(1, window))}`;
}
