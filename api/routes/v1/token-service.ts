import { OpenAPIHono } from '@hono/zod-openapi';
import type { Dependencies } from '../../dependencies.ts';
import type { ApiEnvironment } from '../../environment.ts';
import { createLabelPolicyRoutes } from './label-policies.ts';
import { createRunnerRoutes } from './runners.ts';
import { createSecurityEventRoutes } from './security-events.ts';
import { createTeamRoutes } from './teams.ts';

/** Registrations for runners on teams' own machines, and the administration of who gets what. */
export function createTokenServiceRoutes(dependencies: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .route('/', createRunnerRoutes(dependencies))
    .route('/', createLabelPolicyRoutes(dependencies))
    .route('/', createTeamRoutes(dependencies))
    .route('/', createSecurityEventRoutes(dependencies));
}
