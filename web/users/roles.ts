/** What each role is for, in the words of the forms. */
export const ROLES = [
  { value: 'admin', label: 'Admin', meaning: 'Everything, users and the audit log included' },
  { value: 'operator', label: 'Operator', meaning: 'Jobs, runners, hosts; reads the audit log' },
  { value: 'viewer', label: 'Viewer', meaning: 'Reads, but not users, audit or security events' },
] as const;

/** What a user gets to see. */
export const SCOPES = [
  { value: 'all', label: 'Everything' },
  { value: 'teams', label: 'Only what belongs to the own teams' },
] as const;
