import { expect, it } from 'vitest';
import type { Host } from '../../api/schemas/host.ts';
import { LiveFeed } from './feed.ts';

const host = (id: string) => ({ kind: 'host', value: { id } as Host }) as const;

it('applies what was told while a request was under way, in order, and nothing from before', async () => {
  const feed = new LiveFeed();
  feed.publish(host('before'));
  const loaded = await feed.during(
    async () => {
      feed.publish(host('first'));
      await Promise.resolve();
      feed.publish(host('second'));
      return ['snapshot'];
    },
    (seen, event) => [...seen, event.value.id],
  );
  expect(loaded).toEqual(['snapshot', 'first', 'second']);
});

it('leaves an answer alone when nothing was told meanwhile', async () => {
  const feed = new LiveFeed();
  feed.publish(host('before'));
  const loaded = await feed.during(
    () => Promise.resolve(0),
    (count) => count + 1,
  );
  expect(loaded).toBe(0);
});
