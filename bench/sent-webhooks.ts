import type { Testbed } from '../test/parts/testbed.ts';

interface SentWebhook {
  job_id: number | null;
  delivered_at: string;
  milliseconds: number;
}

/** How long each `queued` webhook took to be acknowledged, and when it was sent. */
export async function queuedWebhooks({ github }: Testbed): Promise<SentWebhook[]> {
  await github.call('GET', '/deliveries/idle?timeout=60');
  const { deliveries } = await github.call<{ deliveries: SentWebhook[] }>(
    'GET',
    '/deliveries?event=workflow_job&action=queued',
  );
  return deliveries;
}
