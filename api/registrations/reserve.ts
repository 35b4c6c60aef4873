import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import pLimit from 'p-limit';
import type { Settings } from '../../config/schema.ts';
import { combinePolicies, grantedLabels, groupsOf, violations } from '../../domain/label-policy.ts';
import type { Principal } from '../../domain/principal.ts';
import { quotaRefusals } from '../../domain/quota.ts';
import { knownTargets, mayTarget } from '../../domain/registration-target.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { RegistrationModel } from '../../prisma/generated/models/Registration.ts';
import type { TeamModel } from '../../prisma/generated/models/Team.ts';
import { told } from '../audit/actor.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ApiError, InvalidRequestError } from '../errors.ts';
import { readPolicies } from '../label-policies/read-policies.ts';
import type { ProvisionRequest } from '../schemas/registration.ts';
import { actingTeam, isUnrestricted } from './acting-team.ts';
import { LabelPolicyError, NameTakenError, QuotaExceededError } from './errors.ts';
import { closeLapsed } from './lapse.ts';
import { lockOwner, lockTeam, type Transaction } from './locks.ts';
import { readQuotas } from './quotas.ts';

type ApiContext = Context<ApiEnvironment>;

/** GitHub's registration tokens live an hour. */
const TOKEN_LIFE = 3_600_000;

/**
 * Transactions at a time of one process: they wait for each other where they concern one owner or
 * team, and must leave connections for everything else.
 */
const AT_A_TIME = 3;

/** Milliseconds. */
const LONGEST_WAIT = 8_000;

/**
 * Reserves a place in the quotas, and the name, for a runner: from here on it counts. Of requests
 * that come at once each sees what the one before was given, as they queue for their owner and team.
 */
export class Reservations {
  readonly #database: Database;
  readonly #settings: Settings;
  readonly #limit = pLimit(AT_A_TIME);

  constructor({ database, settings }: { database: Database; settings: Settings }) {
    this.#database = database;
    this.#settings = settings;
  }

  /**
   * @throws InvalidRequestError; ApiError 403 for a team or target that the principal may not use;
   * LabelPolicyError, QuotaExceededError, NameTakenError
   */
  async reserve(
    context: ApiContext,
    principal: Principal,
    request: ProvisionRequest,
  ): Promise<RegistrationModel> {
    const { team, target } = await this.#permitted(context, principal, request);
    const result = await this.#limit(() =>
      this.#database.$transaction(
        (transaction) => this.#decide(transaction, context, { principal, team, target, request }),
        { maxWait: LONGEST_WAIT, timeout: LONGEST_WAIT },
      ),
    );
    // Thrown out here, as the transaction holds the audit log's word on the refusal.
    if (result instanceof ApiError) throw result;
    return result;
  }

  /** For whom, and where; whoever asks for what isn't theirs is told of in the audit log. */
  async #permitted(context: ApiContext, principal: Principal, request: ProvisionRequest) {
    try {
      const team = await actingTeam(this.#database, principal, request.team);
      return { team, target: this.#target(principal, team, request) };
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) {
        await context.get('refused')?.({
          type: 'permission.denied',
          action: 'provision',
          details: {
            reason: error.code,
            team: request.team ?? null,
            target: request.target ?? null,
          },
        });
      }
      throw error;
    }
  }

  async #decide(
    transaction: Transaction,
    context: ApiContext,
    wanted: {
      principal: Principal;
      team: TeamModel | null;
      target: string;
      request: ProvisionRequest;
    },
  ): Promise<RegistrationModel | ApiError> {
    const { principal, target, request } = wanted;
    const team = wanted.team?.name ?? null;
    const who = { owner: principal.id, team };
    await lockOwner(transaction, principal.id);
    if (team !== null) {
      await lockTeam(transaction, team);
      // Deleted since it was looked up: whoever deletes it holds the same lock.
      if ((await transaction.team.count({ where: { name: team } })) === 0) {
        return new InvalidRequestError([{ path: 'team', message: `there is no team ${team}` }]);
      }
    }
    const policies = await readPolicies(transaction, this.#settings, who);
    const rules = combinePolicies(policies);
    const runnerGroup = request.runner_group ?? firstGroup(target, groupsOf(rules));
    const { runner_name: name, labels, ephemeral, mode } = request;
    const resource = { type: 'registration', id: name };
    const asked = { name, target, team, labels, runner_group: runnerGroup, mode, ephemeral };

    const offences = violations(rules, { labels, ephemeral, runnerGroup });
    if (offences.length > 0) {
      const event = told(context, {
        type: 'label_policy.refused',
        action: 'provision',
        outcome: 'denied',
        resource,
        details: { ...asked, violations: offences.map(({ message }) => message) },
      });
      await appendAudit(transaction, event);
      return new LabelPolicyError(offences, labels);
    }
    await closeLapsed(transaction, { ...who, target, name });
    const refusals = quotaRefusals(await readQuotas(transaction, who, policies));
    if (refusals.length > 0) {
      const event = told(context, {
        type: 'quota.refused',
        action: 'provision',
        outcome: 'denied',
        resource,
        details: {
          ...asked,
          exceeded: refusals.map(({ of, limit, maximum, used }) => ({ of, limit, maximum, used })),
        },
      });
      await appendAudit(transaction, event);
      return new QuotaExceededError(refusals);
    }
    const [row] = await transaction.registration.createManyAndReturn({
      data: [
        {
          id: randomUUID(),
          name,
          target,
          installationId: 0n,
          owner: principal.id,
          ownerName: principal.name,
          team,
          labels: grantedLabels(labels),
          runnerGroup,
          mode,
          ephemeral,
          detail: 'Being registered at GitHub',
          correlationId: context.get('correlationId'),
          expiresAt: new Date(Date.now() + this.#life(mode)),
        },
      ],
      skipDuplicates: true,
    });
    if (!row) return new NameTakenError(name, target);
    await appendAudit(
      transaction,
      told(context, {
        type: 'registration.provisioned',
        action: 'provision',
        resource: { type: 'registration', id: row.id },
        details: { ...asked, labels: row.labels, expires_at: row.expiresAt.toISOString() },
      }),
    );
    return row;
  }

  #target(principal: Principal, team: TeamModel | null, request: ProvisionRequest): string {
    const grant = {
      isUnrestricted: isUnrestricted(principal),
      team,
      shared: this.#settings.REGISTRATION_TARGETS,
    };
    const target = request.target ?? knownTargets(grant)[0];
    if (target === undefined) {
      throw new InvalidRequestError([
        {
          path: 'target',
          message:
            'must be named: an organization, or owner/name of a repository (an administrator can set one for the team)',
        },
      ]);
    }
    if (!mayTarget(grant, target)) {
      const whose = team ? `The team ${team.name} has` : 'Without a team, you have';
      const known = knownTargets(grant);
      const instead = known.length === 0 ? '' : `; known: ${known.join(', ')}`;
      throw new ApiError(
        403,
        'target_not_allowed',
        `${whose} no permission to register runners at ${target}${instead}`,
        { errors: [{ path: 'target', message: 'is not one of those that you may use' }] },
      );
    }
    return target;
  }

  #life(mode: ProvisionRequest['mode']): number {
    const life = this.#settings.REGISTRATION_EXPIRY;
    return mode === 'registration_token' ? Math.min(life, TOKEN_LIFE) : life;
  }
}

/** A repository has no groups but the default one, whatever a policy prefers. */
function firstGroup(target: string, groups: readonly string[]): string {
  return target.includes('/') ? 'Default' : (groups[0] ?? 'Default');
}
