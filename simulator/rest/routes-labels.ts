import type { Hono } from 'hono';
import { z } from 'zod';
import type { Runner } from '../entities.ts';
import { assignRunner } from '../lifecycle/assign.ts';
import { isReadOnly, labelShapes } from '../shapes/runner.ts';
import type { World } from '../world.ts';
import type { RestContext, RestEnvironment } from './environment.ts';
import { GithubError, notFound } from './errors.ts';
import { parseJson } from './routes-app.ts';

const MOST_LABELS = 100;
const label = z.string().min(1).max(256);
const replacement = z.object({ labels: z.array(label).max(MOST_LABELS) });
const addition = z.object({ labels: z.array(label).min(1).max(MOST_LABELS) });

/** Labels of a runner: those that it gave itself by its machine stay, whatever is asked for. */
export function addLabelRoutes(
  world: World,
  routes: Hono<RestEnvironment>,
  path: string,
  byId: (context: RestContext) => Runner,
): void {
  const answer = (context: RestContext, runner: Runner) => {
    const labels = labelShapes(runner);
    return context.json({ total_count: labels.length, labels });
  };
  const change = (context: RestContext, runner: Runner, custom: readonly string[]) => {
    const system = runner.labels.filter(isReadOnly);
    const known = new Set(system.map((name) => name.toLowerCase()));
    runner.labels = [
      ...system,
      ...custom.filter((name) => !known.has(name.toLowerCase()) && known.add(name.toLowerCase())),
    ];
    world.store.runners.put(runner);
    assignRunner(world, runner);
    return answer(context, runner);
  };
  const asked = async (context: RestContext, shape: typeof replacement) => {
    const parsed = shape.safeParse(parseJson(await context.req.text()));
    if (parsed.success) return parsed.data.labels;
    throw new GithubError(422, 'Validation Failed', { errors: [] });
  };
  const customOf = (runner: Runner) => runner.labels.filter((name) => !isReadOnly(name));

  routes.get(path, (context) => answer(context, byId(context)));
  routes.put(path, async (context) =>
    change(context, byId(context), await asked(context, replacement)),
  );
  routes.post(path, async (context) => {
    const runner = byId(context);
    return change(context, runner, [...customOf(runner), ...(await asked(context, addition))]);
  });
  routes.delete(path, (context) => change(context, byId(context), []));
  routes.delete(`${path}/:name`, (context) => {
    const runner = byId(context);
    const name = (context.req.param('name') ?? '').toLowerCase();
    const found = runner.labels.find((one) => one.toLowerCase() === name);
    if (found === undefined) throw notFound();
    if (isReadOnly(found)) throw new GithubError(422, 'Validation Failed', { errors: [] });
    return change(
      context,
      runner,
      customOf(runner).filter((one) => one !== found),
    );
  });
}
