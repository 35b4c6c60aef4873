import { randomUUID } from 'node:crypto';
import { AUDIENCE, IdentityProvider } from '../test/parts/identity-provider.ts';
import { ApiActor } from './actor.world.ts';
import { ApiWorld, randomId } from './api.world.ts';

/** Stands in everything of the other team; whoever isn't of it must never read it. */
export const SECRET = 'nobody-else-may-read-this';
export const HOST = 'host-of-nobody';

/** An API with things of two teams, `own` and `foreign`, and people of the first. */
export class TeamsWorld {
  readonly api: ApiWorld;
  readonly #provider: IdentityProvider;
  /** Of the team `own`: an operator, an administrator, and somebody with no account. */
  people: { name: string; actor: ApiActor }[] = [];
  ownJob = '';
  foreignJob = '';
  /** The other team's things, by the paths that name them. */
  foreign: Record<string, string> = {};

  private constructor(api: ApiWorld, provider: IdentityProvider) {
    this.api = api;
    this.#provider = provider;
  }

  static async start(settings: Record<string, string> = {}): Promise<TeamsWorld> {
    const provider = await IdentityProvider.start();
    const issuer = { id: 'acme', name: 'Acme', issuer: provider.issuer, audience: AUDIENCE };
    const api = await ApiWorld.start({ OIDC_ISSUERS: JSON.stringify([issuer]), ...settings });
    const world = new TeamsWorld(api, provider);
    await world.#fill();
    return world;
  }

  get operator(): ApiActor {
    return this.people[0]?.actor as ApiActor;
  }

  async stop(): Promise<void> {
    await Promise.all([this.api.stop(), this.#provider.stop()]);
  }

  async #fill(): Promise<void> {
    const { api } = this;
    const { records } = api;
    await records.team.createMany({
      data: [
        { name: 'own', repositories: ['octo/own'] },
        { name: 'foreign', repositories: ['octo/foreign'], description: SECRET },
      ],
    });
    const own = await records.team.findUniqueOrThrow({ where: { name: 'own' } });
    await records.teamMember.create({
      data: { teamId: own.id, kind: 'claim', claim: 'groups', value: 'owners' },
    });
    const as = (role: 'operator' | 'admin') => api.as({ role, scope: 'teams', teams: ['own'] });
    const token = await this.#provider.sign({ groups: ['owners'] });
    this.people = [
      { name: 'operator', actor: await as('operator') },
      { name: 'administrator', actor: await as('admin') },
      { name: 'member', actor: new ApiActor(api.app, null, token) },
    ];
    this.ownJob = await this.addJob('octo/own', 'of our own');
    this.foreignJob = await this.addJob('octo/foreign', SECRET);
    this.foreign = await this.#addForeignThings();
  }

  async addJob(repository: string, detail: string, runnerName: string | null = null) {
    const githubJobId = randomId();
    const { id } = await this.api.records.job.create({
      data: {
        id: `7-${githubJobId}`,
        repositoryId: 7n,
        githubJobId: BigInt(githubJobId),
        runId: 7n,
        repository,
        name: 'build',
        correlationId: 'c',
        queuedAt: new Date(),
        pickedUpAt: new Date(),
        status: 'running',
        githubStatus: 'in_progress',
        detail,
        runnerName,
      },
    });
    return id;
  }

  /** One of each thing that routes tell of; answers the parameters of paths that name them. */
  async #addForeignThings(): Promise<Record<string, string>> {
    const { records } = this.api;
    const { foreignJob } = this;
    const runner = await this.addRunner(foreignJob, githubIdOf(foreignJob));
    await records.job.update({ where: { id: foreignJob }, data: { runnerName: runner } });
    await records.host.create({
      data: {
        id: HOST,
        hostname: SECRET,
        capacity: 2,
        cpus: 2,
        memoryBytes: 1n,
        dockerVersion: '1',
        startedAt: new Date(),
        heartbeatAt: new Date(),
      },
    });
    const delivery = await records.delivery.create({
      data: {
        hookId: '1',
        deliveryId: randomUUID(),
        event: 'workflow_job',
        status: 'ignored',
        repository: SECRET,
        correlationId: 'c',
      },
    });
    const team = await records.team.findUniqueOrThrow({ where: { name: 'foreign' } });
    const member = await records.teamMember.create({
      data: { teamId: team.id, kind: 'user', value: SECRET },
    });
    await records.labelPolicy.create({ data: { subject: 'team:foreign', allowed: [SECRET] } });
    await records.registration.create({
      data: {
        name: 'runner-of-theirs',
        target: 'octo',
        installationId: 1n,
        owner: 'user:them',
        ownerName: SECRET,
        team: 'foreign',
        labels: [SECRET],
        runnerGroup: 'Default',
        mode: 'jit',
        ephemeral: true,
        status: 'idle',
        correlationId: 'c',
        expiresAt: new Date(Date.now() + 3_600_000),
      },
    });
    const user = await records.user.create({
      data: {
        username: 'them',
        name: SECRET,
        role: 'viewer',
        sessions: {
          create: {
            method: 'password',
            address: SECRET,
            userAgent: '',
            expiresAt: new Date(Date.now() + 3_600_000),
          },
        },
        apiTokens: { create: { name: SECRET, hash: randomUUID(), hint: 'ryt_', permissions: [] } },
      },
      include: { sessions: true, apiTokens: true },
    });
    return {
      '/api/jobs/{id}': foreignJob,
      '/api/hosts/{id}': HOST,
      '/api/webhooks/deliveries/{id}': String(delivery.id),
      '/api/v1/runners/{name}': 'runner-of-theirs',
      '/api/v1/admin/label-policies/{subject}': encodeURIComponent('team:foreign'),
      '/api/v1/admin/teams/{name}': 'foreign',
      '/members/{id}': member.id,
      '/api/auth/users/{id}': user.id,
      '/api/auth/sessions/{id}': user.sessions[0]?.id ?? '',
      '/api/auth/tokens/{id}': user.apiTokens[0]?.id ?? '',
      '/api/audit/users/{id}': 'user:them',
      '/api/audit/resources/{type}': 'job',
      '/api/audit/resources/job/{id}': foreignJob,
      '/api/audit/checkpoints/{sequence}': '1',
    };
  }

  async addRunner(jobId: string, servedJobId: bigint | null): Promise<string> {
    const name = `ry-default-${randomUUID().slice(0, 8)}`;
    await this.api.records.runner.create({
      data: {
        name,
        jobId,
        servedJobId,
        repositoryId: 7n,
        repository: 'octo/x',
        pool: 'default',
        hostId: HOST,
      },
    });
    await this.api.records.runnerLogChunk.create({
      data: { runnerName: name, sequence: 1, text: SECRET },
    });
    return name;
  }
}

export const githubIdOf = (id: string) => BigInt(id.split('-')[1] ?? 0);
