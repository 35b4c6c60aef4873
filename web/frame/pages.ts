import {
  LayoutDashboard,
  ListChecks,
  type LucideIcon,
  ScrollText,
  ServerCog,
  ShieldAlert,
  Users,
  UsersRound,
} from 'lucide-react';
import type { Permission } from '../permission/use-may.ts';

export interface NavigationEntry {
  to: string;
  label: string;
  icon: LucideIcon;
  /** Without it the page is not offered. */
  needs: Permission;
}

/** What the navigation leads to, in order; a page is added here and in `routes.tsx`. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { to: '/', label: 'Overview', icon: LayoutDashboard, needs: 'jobs:read' },
  { to: '/jobs', label: 'Jobs', icon: ListChecks, needs: 'jobs:read' },
  { to: '/runners', label: 'Own runners', icon: ServerCog, needs: 'runners:read' },
  { to: '/teams', label: 'Teams and policies', icon: UsersRound, needs: 'users:read' },
  { to: '/users', label: 'Users', icon: Users, needs: 'users:read' },
  { to: '/audit', label: 'Audit', icon: ScrollText, needs: 'audit:read' },
  { to: '/security', label: 'Security events', icon: ShieldAlert, needs: 'security:read' },
];
