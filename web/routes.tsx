import type { RouteObject } from 'react-router';
import { CrashPage } from './frame/crash-page.tsx';
import { Frame } from './frame/frame.tsx';
import { LoadingPage } from './frame/loading-page.tsx';

/** Every page by its address; each is loaded when it is first shown. */
export const routes: RouteObject[] = [
  {
    Component: Frame,
    ErrorBoundary: CrashPage,
    HydrateFallback: LoadingPage,
    children: [
      {
        ErrorBoundary: CrashPage,
        children: [
          {
            path: '/',
            lazy: async () => ({
              Component: (await import('./overview/overview-page.tsx')).OverviewPage,
            }),
          },
          {
            path: '/jobs',
            lazy: async () => ({ Component: (await import('./jobs/jobs-page.tsx')).JobsPage }),
          },
          {
            path: '/jobs/:id',
            lazy: async () => ({ Component: (await import('./job/job-page.tsx')).JobPage }),
          },
          {
            path: '*',
            lazy: async () => ({
              Component: (await import('./frame/not-found-page.tsx')).NotFoundPage,
            }),
          },
        ],
      },
    ],
  },
];
