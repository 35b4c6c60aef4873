import { startSystem, type System } from '../system.ts';
import { RunyardApi } from './runyard-api.ts';
import { SimulatedGithub } from './simulated-github.ts';

/** A whole running system, with clients for its API and for GitHub's side. */
export interface Testbed {
  system: System;
  github: SimulatedGithub;
  runyard: RunyardApi;
}

export async function startTestbed(
  name: string,
  settings: Record<string, string>,
): Promise<Testbed> {
  const system = await startSystem({ name, settings });
  return {
    system,
    github: new SimulatedGithub(system.simulatorControl),
    runyard: new RunyardApi(system.api, system.token),
  };
}
