import type { Member } from '../../api/schemas/team.ts';

export interface MemberKind {
  label: string;
  /** What the value is. */
  meaning: string;
  placeholder: string;
}

/** The ways to say who belongs to a team. */
export const MEMBER_KINDS: Readonly<Record<Member['kind'], MemberKind>> = {
  user: { label: 'User', meaning: 'Username', placeholder: 'ada' },
  subject: {
    label: 'Subject',
    meaning: 'Subject',
    placeholder: '248289761001',
  },
  email: { label: 'E-mail', meaning: 'Verified address', placeholder: 'ada@example.org' },
  claim: {
    label: 'Claim',
    meaning: 'Value or pattern',
    placeholder: 'acme/*',
  },
};
