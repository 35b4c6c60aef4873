import { randomUUID } from 'node:crypto';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { expect, inject, vi } from 'vitest';
import type { ApiActor } from '../actor.world.ts';
import { ApiWorld } from '../api.world.ts';
import type { Allowance, ProvisionedRunner } from '../schemas/registration.ts';
import { PlayedGithub } from './played-github.world.ts';

export const RUNNERS = '/api/v1/runners';

export const unique = (name = 'runner') => `${name}-${randomUUID().slice(0, 8)}`;

/** An answer's body, once its status is as expected; a failure shows both. */
export async function answered<Body>(promise: Promise<Response>, status: number): Promise<Body> {
  const response = await promise;
  const text = await response.text();
  expect([response.status, text]).toEqual([status, text]);
  return (text === '' ? null : JSON.parse(text)) as Body;
}

export const provision = (
  actor: ApiActor,
  fields: object = {},
  headers: Record<string, string> = {},
) =>
  actor.post(
    `${RUNNERS}/provision`,
    { runner_name: unique(), labels: ['linux', 'gpu-a'], ...fields },
    headers,
  );

/** A runner that must be given. */
export const given = (actor: ApiActor, fields: object = {}) =>
  answered<ProvisionedRunner>(provision(actor, fields), 201);

export interface Event {
  type: string;
  outcome: string;
  actor: { id: string };
  resource: { type: string; id: string };
  details: Record<string, unknown>;
}

/** The API with the workflows of registrations, people in teams, and a GitHub that is played. */
export class TokenServiceWorld {
  readonly api: ApiWorld;
  readonly github: PlayedGithub;
  readonly admin: ApiActor;

  private constructor(api: ApiWorld, github: PlayedGithub, admin: ApiActor) {
    this.api = api;
    this.github = github;
    this.admin = admin;
  }

  static async start(settings: Record<string, string> = {}): Promise<TokenServiceWorld> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const api = await ApiWorld.start({ REGISTRATION_TARGETS: 'commons,open/*', ...settings });
    const github = await PlayedGithub.start(
      api,
      inject('temporalAddress'),
      inject('workflowBundlePath'),
    );
    return new TokenServiceWorld(api, github, await api.as('admin'));
  }

  get registrations() {
    return this.api.records.registration;
  }

  /** Somebody in teams; the API hears of who is in which a moment after it is written. */
  async memberOf(...teams: string[]): Promise<ApiActor> {
    const actor = await this.api.as({ role: 'operator', scope: 'teams', teams });
    await vi.waitFor(async () => {
      const told = await answered<Allowance>(actor.request(`${RUNNERS}/allowance`), 200);
      if (told.teams.length < teams.length) throw new Error(`Only in ${told.teams.join(', ')}`);
    });
    return actor;
  }

  /** A team with its targets, and somebody in it. */
  async member(team = unique('team')): Promise<ApiActor & { team: string }> {
    const actor = await this.memberOf(team);
    await this.api.records.team.update({
      where: { name: team },
      data: { target: 'acme', repositories: ['octo/*'] },
    });
    return Object.assign(actor, { team });
  }

  setPolicy(subject: string, rules: object): Promise<unknown> {
    const path = '/api/v1/admin/label-policies';
    return answered(this.admin.post(path, { subject, ...rules }), 200);
  }

  /** What the audit log holds of somebody's acts, the oldest first. */
  async eventsBy(actor: ApiActor): Promise<Event[]> {
    const query = new URLSearchParams({ actor: actor.account.id, limit: '200' });
    const path = `/api/audit/logs?${query.toString()}`;
    const { items } = await answered<{ items: Event[] }>(this.admin.request(path), 200);
    return items.toReversed();
  }

  async stop(): Promise<void> {
    for (const { id } of await this.registrations.findMany()) {
      await this.api
        .workflow(`registration/${id}`)
        .terminate()
        .catch(() => undefined);
    }
    await this.github.stop();
    await this.api.stop();
  }
}
