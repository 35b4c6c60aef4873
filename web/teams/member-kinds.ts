import type { TeamMember } from '../client/contract.ts';

export interface MemberKind {
  label: string;
  /** What to give as the value. */
  meaning: string;
  placeholder: string;
}

/** The ways to say who belongs to a team. */
export const MEMBER_KINDS: Readonly<Record<TeamMember['kind'], MemberKind>> = {
  user: { label: 'User', meaning: 'A username here', placeholder: 'ada' },
  subject: {
    label: 'Subject',
    meaning: 'Of the identity provider: its sub',
    placeholder: '248289761001',
  },
  email: { label: 'E-mail', meaning: 'A verified address', placeholder: 'ada@example.org' },
  claim: {
    label: 'Claim',
    meaning: 'A value of the token’s claim, or a pattern',
    placeholder: 'acme/*',
  },
};
