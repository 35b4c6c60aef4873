import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  registrationWorkflowId,
  RUNNER_REGISTRATION,
} from '../../workflows/contracts/registration.ts';
import { ApiWorld, randomId, workflowJob } from '../api.world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

/** A registration whose workflow nobody carries out, so that it keeps the signals that it gets. */
async function registered(target: string, removedAt: Date | null = null) {
  const name = `Runner-${randomId()}`;
  const { id } = await world.records.registration.create({
    data: {
      ...{ name, target, owner: 'user:ada', ownerName: 'Ada', installationId: 1n, removedAt },
      ...{ runnerGroup: 'Default', mode: 'jit', ephemeral: true, labels: ['self-hosted'] },
      ...{ correlationId: 'c', expiresAt: new Date() },
    },
  });
  const workflowId = registrationWorkflowId(id);
  await world.services.dependencies.temporal.client.workflow.start(RUNNER_REGISTRATION, {
    workflowId,
    taskQueue: world.taskQueue,
    args: [{}],
  });
  return { name, workflowId };
}

const repository = workflowJob('queued').repository.full_name;
const [organization = ''] = repository.split('/');

it.each([
  ['the repository', repository],
  ['the organization, in another case', organization.toUpperCase()],
])('tells a registration of %s what its runner does', async (_, target) => {
  const { name, workflowId } = await registered(target);
  const id = randomId();
  // GitHub may give it a job that no pool of ours serves
  await world.handled(workflowJob('queued', { id }));
  await world.handled(workflowJob('in_progress', { id, runnerName: name.toLowerCase() }));
  await world.handled(workflowJob('completed', { id, runnerName: name }));
  expect(await world.signals(workflowId)).toEqual([
    { name: 'registrationSeen', input: { state: 'busy', githubJobId: id } },
    { name: 'registrationSeen', input: { state: 'idle', githubJobId: id } },
  ]);
});

it.each([
  ['of another place', 'elsewhere', null],
  ['that is closed', repository, new Date()],
])('tells nothing to a registration %s', async (_, target, removedAt) => {
  const { name, workflowId } = await registered(target, removedAt);
  const id = randomId();
  await world.handled(workflowJob('queued', { id }));
  await world.handled(workflowJob('in_progress', { id, runnerName: name }));
  expect(await world.signals(workflowId)).toEqual([]);
});
