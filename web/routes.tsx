import type { ComponentType } from 'react';
import type { RouteObject } from 'react-router';
import { CrashPage } from './frame/crash-page.tsx';
import { Frame } from './frame/frame.tsx';
import { LoadingPage } from './frame/loading-page.tsx';
import type { Permission } from './permission/use-may.ts';
import { Permitted } from './permission/permitted.tsx';

/** A page whose code is loaded when it is first shown. */
function page(path: string, load: () => Promise<ComponentType>): RouteObject {
  return { path, lazy: async () => ({ Component: await load() }) };
}

/** Pages that need a permission; without it they say so. */
function needing(needs: Permission, children: RouteObject[]): RouteObject {
  return { element: <Permitted needs={needs} />, children };
}

const pages: RouteObject[] = [
  needing('jobs:read', [
    page('/', async () => (await import('./overview/overview-page.tsx')).OverviewPage),
    page('/jobs', async () => (await import('./jobs/jobs-page.tsx')).JobsPage),
    page('/jobs/:id', async () => (await import('./job/job-page.tsx')).JobPage),
  ]),
  needing('runners:read', [
    page('/runners', async () => (await import('./runners/runners-page.tsx')).RunnersPage),
  ]),
  needing('users:read', [
    page('/teams', async () => (await import('./teams/teams-page.tsx')).TeamsPage),
    page('/teams/:name', async () => (await import('./teams/team-page.tsx')).TeamPage),
    page('/users', async () => (await import('./users/users-page.tsx')).UsersPage),
  ]),
  needing('audit:read', [
    page('/audit', async () => (await import('./audit/audit-page.tsx')).AuditPage),
  ]),
  needing('security:read', [
    page('/security', async () => (await import('./security/security-page.tsx')).SecurityPage),
  ]),
  page('/account', async () => (await import('./account/account-page.tsx')).AccountPage),
  page('*', async () => (await import('./frame/not-found-page.tsx')).NotFoundPage),
];

/** Every page by its address. */
export const routes: RouteObject[] = [
  {
    Component: Frame,
    ErrorBoundary: CrashPage,
    HydrateFallback: LoadingPage,
    children: [{ ErrorBoundary: CrashPage, children: pages }],
  },
];
