import { LayoutDashboard, ListChecks, type LucideIcon } from 'lucide-react';

export interface NavigationEntry {
  to: string;
  label: string;
  icon: LucideIcon;
}

/** What the navigation leads to, in order; a page is added here and in `routes.tsx`. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { to: '/', label: 'Overview', icon: LayoutDashboard },
  { to: '/jobs', label: 'Jobs', icon: ListChecks },
];
