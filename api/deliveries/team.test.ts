import { afterAll, beforeAll, expect, it } from 'vitest';
import { teamKey } from '../../workflows/contracts/search-attributes.ts';
import { ApiWorld, randomId, workflowIdOf, workflowJob } from '../api.world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

async function teamOfNewJob() {
  const id = randomId();
  await world.handled(workflowJob('queued', { id }));
  const [{ typedSearchAttributes }, job] = await Promise.all([
    world.workflow(workflowIdOf(id)).describe(),
    world.records.job.findUniqueOrThrow({ where: { id: `1296269-${id}` } }),
  ]);
  return { record: job.team, workflow: typedSearchAttributes.get(teamKey) ?? null };
}

it('finds the team of a job as soon as GitHub tells of it, for its record and its workflow', async () => {
  expect(await teamOfNewJob()).toEqual({ record: null, workflow: null });
  await world.records.team.create({ data: { name: 'octopuses', repositories: ['octo/*'] } });
  expect(await teamOfNewJob()).toEqual({ record: 'octopuses', workflow: 'octopuses' });
});
