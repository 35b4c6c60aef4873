import type { Context } from 'hono';
import type { OidcIssuer } from '../../config/oidc-issuers.ts';
import type { AuditActor, AuditDetails } from '../../domain/audit/event.ts';
import type { AuditEventType } from '../../domain/audit/event-types.ts';
import { profileOfClaims, roleOfClaims, teamClaims } from '../../domain/claims-mapping.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import type { UserModel } from '../../prisma/generated/models/User.ts';
import { told } from '../audit/actor.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { type OpenSession, openSession } from '../identity/sessions.ts';
import { clientAddress } from '../middleware/client-address.ts';
import { SignInError } from './errors.ts';
import { freeUsername } from './free-username.ts';
import type { VerifiedClaims } from './verify-token.ts';

type ApiContext = Context<ApiEnvironment>;

interface Person {
  issuer: OidcIssuer;
  claims: VerifiedClaims;
}

/**
 * Opens a session for somebody whom an identity provider vouches for. Their account is found by
 * issuer and subject alone, and made at their first sign-in: a name or an address that another
 * account has too leads to nobody else's account.
 *
 * @throws SignInError for somebody who has no role here, or no more
 */
export async function signInUser(
  { database, identity }: Pick<Dependencies, 'database' | 'identity'>,
  context: ApiContext,
  person: Person,
): Promise<OpenSession> {
  const { issuer, claims } = person;
  return database.$transaction(async (transaction) => {
    // Two sign-ins of one person at once make one account.
    await transaction.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended(${`${claims.iss}#${claims.sub}`}, 0))`;
    const known = await transaction.user.findUnique({
      where: { issuer_subject: { issuer: claims.iss, subject: claims.sub } },
    });
    const user = known
      ? await updateUser(transaction, context, known, person)
      : await createUser(transaction, context, person);
    return openSession(transaction, context, {
      user,
      method: 'oidc',
      claims: teamClaims(claims, issuer.teamClaims) as Prisma.InputJsonObject,
      idle: identity.idle,
    });
  });
}

async function createUser(
  transaction: Prisma.TransactionClient,
  context: ApiContext,
  { issuer, claims }: Person,
): Promise<UserModel> {
  const granted = roleOfClaims(claims, issuer.roles, fallbackOf(issuer));
  if (!granted) throw new SignInError('no_role');
  const { name, email, username } = profileOfClaims(claims, issuer);
  let user: UserModel | undefined;
  // An administrator may take the name at the same moment.
  while (!user) {
    const data = {
      username: await freeUsername(transaction, username),
      name,
      email: email ?? null,
      ...granted,
      issuer: claims.iss,
      subject: claims.sub,
    };
    [user] = await transaction.user.createManyAndReturn({ data: [data], skipDuplicates: true });
  }
  await tell(transaction, context, 'user.created', 'create', user, {
    ...granted,
    issuer: claims.iss,
  });
  return user;
}

async function updateUser(
  transaction: Prisma.TransactionClient,
  context: ApiContext,
  user: UserModel,
  { issuer, claims }: Person,
): Promise<UserModel> {
  if (!user.active) throw new SignInError('inactive');
  // Without rules the provider has no say in roles: administrators change them here.
  const granted =
    issuer.roles.length === 0
      ? { role: user.role, scope: user.scope }
      : roleOfClaims(claims, issuer.roles, fallbackOf(issuer));
  if (!granted) throw new SignInError('no_role');
  const { name, email = user.email } = profileOfClaims(claims, issuer);
  const hasNewRole = granted.role !== user.role || granted.scope !== user.scope;
  if (!hasNewRole && name === user.name && email === user.email) return user;
  const changed = await transaction.user.update({
    where: { id: user.id },
    data: { name, email, ...granted, updatedAt: new Date() },
  });
  const { role, scope } = user;
  await (hasNewRole
    ? tell(transaction, context, 'user.role_changed', 'change_role', changed, {
        from: { role, scope },
        to: { ...granted },
      })
    : tell(transaction, context, 'user.updated', 'update', changed, {}));
  return changed;
}

function fallbackOf({ defaultRole, defaultScope }: OidcIssuer) {
  return { role: defaultRole, scope: defaultScope };
}

function tell(
  transaction: Prisma.TransactionClient,
  context: ApiContext,
  type: AuditEventType,
  action: string,
  user: UserModel,
  details: AuditDetails,
): Promise<void> {
  const actor: AuditActor = {
    kind: 'oidc',
    id: `oidc:${user.issuer}#${user.subject}`,
    name: user.name,
    address: clientAddress(context),
  };
  const resource = { type: 'user', id: user.id };
  const all = { username: user.username, ...details };
  return appendAudit(transaction, {
    ...told(context, { type, action, resource, details: all }),
    actor,
  });
}
