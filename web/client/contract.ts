/* Shapes of the API until its routes give them. */
export interface Profile {
  id: string;
  username: string | null;
  name: string;
  email: string | null;
  role: 'admin' | 'operator' | 'viewer' | 'member';
  scope: 'all' | 'teams';
  teams: string[];
  permissions: string[];
  kind: 'session' | 'api_token' | 'oidc';
  session_expires_at: string | null;
  has_password: boolean;
}
export interface SignInMethods {
  password: boolean;
  oidc: { id: string; name: string }[];
}
export interface OwnSession {
  id: string;
  method: string;
  address: string | null;
  user_agent: string | null;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  current: boolean;
}
export interface User {
  id: string;
  username: string;
  name: string;
  email: string | null;
  role: 'admin' | 'operator' | 'viewer';
  scope: 'all' | 'teams';
  active: boolean;
  has_password: boolean;
  issuer: string | null;
  created_at: string;
  last_sign_in_at: string | null;
}
export interface ApiToken {
  id: string;
  name: string;
  hint: string;
  permissions: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  username: string;
}
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
export interface LabelPolicy {
  subject: string;
  allowed: string[];
  denied: string[];
  required: string[];
  max_runners: number | null;
  max_runners_per_hour: number | null;
  allow_persistent: boolean;
  runner_groups: string[];
  updated_at: string;
}
export interface TeamMember {
  id: string;
  kind: 'user' | 'subject' | 'email' | 'claim';
  issuer: string;
  claim: string;
  value: string;
}
export interface Team {
  name: string;
  description: string;
  repositories: string[];
  target: string | null;
  members: TeamMember[];
  policy: LabelPolicy | null;
  created_at: string;
}
export interface Registration {
  id: string;
  name: string;
  target: string;
  team: string | null;
  owner: string;
  owner_name: string;
  labels: string[];
  runner_group: string;
  mode: 'jit' | 'registration_token';
  ephemeral: boolean;
  status: 'pending' | 'online' | 'idle' | 'busy' | 'offline' | 'expired' | 'deleted';
  detail: string;
  flagged: boolean;
  flag_reason: string | null;
  created_at: string;
  expires_at: string;
  online_at: string | null;
  offline_at: string | null;
  checked_at: string | null;
  removed_at: string | null;
}
export interface Provisioned {
  id: string;
  name: string;
  status: string;
  expires_at: string;
  labels: string[];
  target: string;
  team: string | null;
  mode: 'jit' | 'registration_token';
  jit_config?: string;
  registration_token?: string;
  config_command?: string;
}
export interface Allowance {
  policy: LabelPolicy;
  used: { runners: number; last_hour: number };
  targets: string[];
}
export interface AuditEvent {
  sequence: number;
  id: string;
  time: string;
  type: string;
  category: string;
  severity: 'info' | 'notice' | 'warning' | 'critical';
  actor: { kind: string; id: string; name: string; address: string | null };
  resource: { type: string; id: string } | null;
  action: string;
  outcome: 'success' | 'failure' | 'denied';
  details: Record<string, unknown>;
  correlation_id: string | null;
  prev_hash: string;
  hash: string;
}
export interface AuditEventTypeDescription {
  type: string;
  category: string;
  severity: AuditEvent['severity'];
  description: string;
}
export interface Verification {
  ok: boolean;
  events: number;
  checkpoints: number;
  archived_segments: number;
  first_bad: { sequence: number; reason: string } | null;
  head: { sequence: number; hash: string } | null;
  verified_at: string;
  milliseconds: number;
}
