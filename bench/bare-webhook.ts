import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Client, Connection } from '@temporalio/client';
import { Hono } from 'hono';

/** The least code that starts a workflow from a POST: its acknowledgements, in milliseconds. */
export async function bareAcknowledgements(
  temporalAddress: string,
  count: number,
): Promise<{ idle: number[]; atOnce: number[] }> {
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  const app = new Hono().post('/', async (context) => {
    const body = await context.req.json<{ id: string }>();
    await client.workflow.start('nothing', {
      workflowId: `bench/${body.id}`,
      taskQueue: 'bench-without-workers',
      args: [body],
      workflowExecutionTimeout: '1 minute',
    });
    return context.json({ status: 'accepted' }, 202);
  });
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(started),
    );
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const post = async () => {
    const begin = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: JSON.stringify({ id: randomUUID() }),
    });
    await answer.arrayBuffer();
    return performance.now() - begin;
  };
  for (let index = 0; index < 10; index += 1) await post();
  const idle: number[] = [];
  for (let index = 0; index < count; index += 1) idle.push(await post());
  const atOnce = await Promise.all(Array.from({ length: 200 }, post));
  server.close();
  await connection.close();
  return { idle, atOnce };
}
