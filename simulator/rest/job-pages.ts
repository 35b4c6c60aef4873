import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Job } from '../entities.ts';
import { jobsOf } from '../lifecycle/queue-run.ts';
import type { World } from '../world.ts';
import type { RestEnvironment } from './environment.ts';

/** Plain pages of a run and a job, for people who follow a link to "GitHub". */
export function jobPages(world: World): Hono<RestEnvironment> {
  const pages = new Hono<RestEnvironment>();
  const page = (title: string, body: unknown) =>
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <title>${title}</title>
          <style>
            body {
              font:
                16px/1.5 system-ui,
                sans-serif;
              margin: 2rem auto;
              max-width: 60rem;
              padding: 0 1rem;
            }
            pre {
              background: #f4f4f4;
              padding: 1rem;
              overflow-x: auto;
            }
          </style>
        </head>
        <body>
          <p>The simulated GitHub of this machine</p>
          <h1>${title}</h1>
          ${body}
        </body>
      </html>`;
  const state = (job: Job) => job.conclusion ?? job.status.replace('_', ' ');

  pages.get('/:owner/:repo/actions/runs/:run{\\d+}', (context) => {
    const { owner, repo, run: id } = context.req.param();
    const run = world.store.runs.get(Number(id));
    if (!run) return context.notFound();
    const items = jobsOf(world, run).map(
      (job) =>
        html`<li>
          <a href="/${owner}/${repo}/actions/runs/${id}/job/${job.id}">${job.name}</a>:
          ${state(job)}
        </li>`,
    );
    return context.html(
      page(
        `${owner}/${repo}: ${run.workflow} #${run.runNumber}`,
        html`<ul>
          ${items}
        </ul>`,
      ),
    );
  });

  pages.get('/:owner/:repo/actions/runs/:run{\\d+}/job/:job{\\d+}', (context) => {
    const { owner, repo, job: id } = context.req.param();
    const job = world.store.jobs.get(Number(id));
    if (!job) return context.notFound();
    return context.html(
      page(
        `${owner}/${repo}: ${job.name}`,
        html`<p>${state(job)}${job.runnerName ? ` on ${job.runnerName}` : ''}</p>
          <pre>${world.logs.read(job.id)}</pre>`,
      ),
    );
  });

  pages.get('/_logs/:job{\\d+}', (context) =>
    context.text(world.logs.read(Number(context.req.param('job')))),
  );
  return pages;
}
