/** Who a policy is for, in words: `default`, `team:<name>`, `user:<username>`, `oidc:<issuer>#<subject>`. */
export function describeSubject(subject: string): string {
  if (subject === 'default') return 'Everyone without a policy of their own';
  const [kind, ...rest] = subject.split(':');
  const name = rest.join(':');
  if (kind === 'team') return `Team ${name}`;
  if (kind === 'user') return `User ${name}`;
  if (kind !== 'oidc') return subject;
  const [issuer = '', person = ''] = name.split(/#(.*)/s);
  return `${person} of ${issuer}`;
}
