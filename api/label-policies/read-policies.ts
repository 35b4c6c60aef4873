import type { Settings } from '../../config/schema.ts';
import { builtInPolicy, type LabelPolicy } from '../../domain/label-policy.ts';
import type { Database } from '../../prisma/client.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { NotFoundError } from '../errors.ts';
import type { paginationSchema } from '../schemas/common.ts';
import type { LabelPolicyPage, LabelPolicyView } from '../schemas/label-policy.ts';
import { toLabelPolicyView, toStoredPolicyView } from '../views/label-policy-view.ts';
import { z } from 'zod';

/** Subject of the policy for everybody. */
export const DEFAULT_SUBJECT = 'default';

/** Subject of a team's policy. */
export function teamSubject(team: string): string {
  return `team:${team}`;
}

type Reader = Pick<Database, 'labelPolicy'>;

/** What the default policy is until one is written. */
export function builtInDefault(
  settings: Pick<Settings, 'DEFAULT_LABEL_POLICY' | 'NODE_ENV'>,
): LabelPolicy {
  const isProduction = settings.NODE_ENV === 'production';
  return builtInPolicy(settings.DEFAULT_LABEL_POLICY ?? (isProduction ? 'deny' : 'allow'));
}

/** The policies that concern a person who asks for a team, or for nobody but themselves. */
export async function readPolicies(
  reader: Reader,
  settings: Settings,
  who: { owner: string; team: string | null },
): Promise<{ own: LabelPolicy | null; team: LabelPolicy | null; default: LabelPolicy }> {
  const subjects = [DEFAULT_SUBJECT, who.owner, ...(who.team ? [teamSubject(who.team)] : [])];
  const rows = await reader.labelPolicy.findMany({ where: { subject: { in: subjects } } });
  const of = (subject: string) => rows.find((row) => row.subject === subject) ?? null;
  return {
    own: of(who.owner),
    team: who.team ? of(teamSubject(who.team)) : null,
    default: of(DEFAULT_SUBJECT) ?? builtInDefault(settings),
  };
}

const cursorSchema = z.tuple([z.string().max(512)]);

/** One page of the policies that were written, by subject. */
export async function listPolicies(
  reader: Reader,
  { limit = 50, cursor }: z.output<typeof paginationSchema>,
): Promise<LabelPolicyPage> {
  const rows = await reader.labelPolicy.findMany({
    where: cursor === undefined ? {} : { subject: { gt: decodeCursor(cursorSchema, cursor)[0] } },
    orderBy: { subject: 'asc' },
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toStoredPolicyView),
    next_cursor: rows.length > limit && last ? encodeCursor([last.subject]) : null,
  };
}

/** @throws NotFoundError for whoever has none; everybody's is there even if nobody wrote it */
export async function getPolicy(
  reader: Reader,
  settings: Settings,
  subject: string,
): Promise<LabelPolicyView> {
  const row = isStorable(subject)
    ? await reader.labelPolicy.findUnique({ where: { subject } })
    : null;
  if (row) return toStoredPolicyView(row);
  if (subject === DEFAULT_SUBJECT)
    return toLabelPolicyView(subject, builtInDefault(settings), null);
  throw new NotFoundError(`label policy of ${subject}`);
}

/** PostgreSQL holds no NUL, so no policy has one in its subject. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000');
}
