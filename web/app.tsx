import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { createQueryClient } from './client/query-client.ts';
import { routes } from './routes.tsx';
import { forgetSession } from './session/forget-session.ts';
import { cssVariables, theme } from './theme/theme.ts';

/** The dashboard. */
export function App() {
  const [client] = useState(() => createQueryClient(forgetSession));
  const [router] = useState(() => createBrowserRouter(routes));
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
