export const AUDIT_CATEGORIES = [
  'authentication',
  'authorization',
  'user_management',
  'job',
  'runner',
  'container',
  'network',
  'system',
  'configuration',
  'security',
  'data',
  'deployment',
] as const;
export type AuditCategory = (typeof AUDIT_CATEGORIES)[number];

/** From what nobody need look at to what somebody must. */
export const AUDIT_SEVERITIES = ['info', 'notice', 'warning', 'critical'] as const;
export type AuditSeverity = (typeof AUDIT_SEVERITIES)[number];

interface EventType {
  category: AuditCategory;
  severity: AuditSeverity;
  description: string;
}

function types<N extends string>(
  category: AuditCategory,
  all: Record<N, string | [AuditSeverity, string]>,
): Record<N, EventType> {
  return Object.fromEntries(
    Object.entries<string | [AuditSeverity, string]>(all).map(([name, told]) => [
      name,
      typeof told === 'string'
        ? { category, severity: 'info', description: told }
        : { category, severity: told[0], description: told[1] },
    ]),
  ) as Record<N, EventType>;
}

/** Every type of event that Runyard writes. A name, once released, keeps its meaning. */
export const AUDIT_EVENT_TYPES = {
  ...types('authentication', {
    'session.started': 'Somebody signed in',
    'session.failed': ['notice', 'A sign-in failed'],
    'session.locked_out': ['warning', 'An account or address is locked out after failed sign-ins'],
    'session.refreshed': 'A session was given new tokens',
    'session.ended': 'A session ended, by its user or an administrator',
    'session.swept': 'Sessions that had expired were removed',
    'password.changed': ['notice', 'Somebody changed their password'],
    'token.refused': ['notice', 'A bearer token was not accepted'],
  }),
  ...types('authorization', {
    'permission.denied': ['notice', 'Somebody asked for what they may not do'],
    'cross_site.refused': ['warning', "A browser sent a session's cookie from another site"],
    'label_policy.refused': ['notice', 'Runner labels were asked for that the policy forbids'],
    'quota.refused': ['notice', 'More runners were asked for than the quota allows'],
  }),
  ...types('user_management', {
    'user.created': ['notice', 'A user was created'],
    'user.updated': ['notice', 'A user was changed'],
    'user.role_changed': ['warning', "A user's role or scope was changed"],
    'user.deleted': ['notice', 'A user was deleted'],
    'api_token.created': ['notice', 'An API token was made'],
    'api_token.revoked': ['notice', 'An API token was revoked'],
    'team.created': ['notice', 'A team was created'],
    'team.updated': ['notice', 'A team was changed'],
    'team.deleted': ['notice', 'A team was deleted'],
    'team.member_added': ['notice', 'A member was added to a team'],
    'team.member_removed': ['notice', 'A member was removed from a team'],
  }),
  ...types('job', {
    'job.queued': 'GitHub queued a job',
    'job.ignored': 'A job is not for any pool',
    'job.admitted': 'A job was given to a pool',
    'job.claimed': 'A job was given a slot on a host',
    'job.picked_up': 'A runner took the job',
    'job.completed': 'A job is over',
    'job.failed': ['notice', 'Runyard gave a job up'],
    'job.cancelled': 'A job was cancelled',
    'job.lost': ['warning', "A job's runner vanished"],
    'job.cancel_requested': ['notice', 'Somebody asked for the end of a job'],
    'job.retry_requested': ['notice', 'Somebody asked for a job to be served again'],
  }),
  ...types('runner', {
    'runner.registered': 'A runner was registered at GitHub for a job',
    'runner.removed': 'A runner is gone',
    'registration.provisioned': ['notice', 'Somebody was given a runner registration'],
    'registration.online': 'A provisioned runner came online',
    'registration.offline': 'A provisioned runner went offline',
    'registration.expired': 'A registration was never used',
    'registration.deleted': ['notice', 'A provisioned runner was removed'],
    'registration.synced': 'A provisioned runner was compared with GitHub on request',
  }),
  ...types('container', {
    'container.started': "A runner's container started",
    'container.exited': "A runner's container ended",
  }),
  ...types('network', {
    'network.created': "A repository's network was made",
    'network.removed': "A repository's network was removed",
  }),
  ...types('system', {
    'delivery.received': 'A webhook was accepted',
    'delivery.ignored': 'A webhook concerns nothing that Runyard does',
    'delivery.failed': ['warning', 'A webhook could not be handled'],
    'delivery.replayed': ['notice', 'Somebody asked for a webhook to be handled again'],
    'host.registered': ['notice', 'A Docker host joined'],
    'host.draining': ['notice', 'A Docker host takes no more jobs'],
    'host.resumed': ['notice', 'A Docker host takes jobs again'],
    'system.started': ['notice', 'A process of Runyard started'],
    'system.bootstrapped': ['warning', 'The first administrator was made'],
  }),
  ...types('configuration', {
    'label_policy.set': ['notice', 'A label policy was set'],
    'label_policy.deleted': ['notice', 'A label policy was deleted'],
    'signing_key.rotated': ['notice', 'A new key signs tokens or checkpoints'],
  }),
  ...types('security', {
    'security.sign_in_burst': ['warning', 'Many sign-ins failed within a short time'],
    'security.many_addresses': ['warning', 'One account was used from many addresses'],
    'security.refresh_token_reused': [
      'critical',
      'A refresh token came a second time; its session was ended',
    ],
    'security.label_policy_probing': [
      'warning',
      'Somebody tried labels that are forbidden, again and again',
    ],
    'security.labels_exceeded': [
      'critical',
      'A runner came online with labels that were not granted',
    ],
    'security.invalid_signature': ['notice', "A webhook's signature was wrong"],
    'security.invalid_signature_burst': [
      'warning',
      'Many webhooks with a wrong signature came within a short time',
    ],
    'security.export_after_privilege_change': [
      'warning',
      'The audit log was exported soon after a privilege was changed',
    ],
    'security.off_hours_administration': [
      'notice',
      'An administrator acted outside of working hours',
    ],
    'security.audit_chain_broken': ['critical', 'The audit log was changed behind its back'],
  }),
  ...types('data', {
    'audit.exported': ['notice', 'The audit log was exported'],
    'audit.verified': 'The audit log was verified',
    'audit.cleanup_requested': ['notice', 'Somebody asked for old events to be archived'],
    'audit.archived': ['notice', 'Old events were moved to an archive file'],
    'secret.revealed': ['notice', 'A secret was shown once to whom it was made for'],
  }),
  ...types('deployment', {
    'deployment.started': 'A deployment began',
    'deployment.succeeded': 'A deployment succeeded',
    'deployment.failed': ['warning', 'A deployment failed'],
  }),
} as const satisfies Record<string, EventType>;

export type AuditEventType = keyof typeof AUDIT_EVENT_TYPES;
