import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { refreshSoon } from './refresh-soon.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An answer that is shown, and takes so many milliseconds to come. */
async function shown(name: string, latency: number) {
  const client = new QueryClient();
  let asked = 0;
  let answered = 0;
  const queryFn = async () => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, latency));
    return (answered += 1);
  };
  const queryKey = [name];
  const stop = new QueryObserver(client, { queryKey, queryFn }).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(latency);
  return {
    refresh: () => refreshSoon(client, queryKey),
    counts: () => ({ asked, answered }),
    end: () => {
      stop();
      client.clear();
    },
  };
}

it('asks at once, then once a second, for however many changes', async () => {
  const answer = await shown('fast', 10);
  for (let millisecond = 0; millisecond < 3000; millisecond += 20) {
    answer.refresh();
    await vi.advanceTimersByTimeAsync(20);
  }
  // once to show it, at 0, 1000 and 2000 ms, and once after the last change
  await vi.advanceTimersByTimeAsync(5000);
  expect(answer.counts()).toEqual({ asked: 5, answered: 5 });
  answer.end();
});

it('asks nothing more when nothing more changes', async () => {
  const answer = await shown('quiet', 10);
  answer.refresh();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(answer.counts()).toEqual({ asked: 2, answered: 2 });
  answer.end();
});

it('lets a slow server answer, and asks again for what changed meanwhile', async () => {
  const answer = await shown('slow', 2500);
  for (let millisecond = 0; millisecond < 10_000; millisecond += 100) {
    answer.refresh();
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  const { asked, answered } = answer.counts();
  expect(answered).toBe(asked);
  expect(asked).toBeGreaterThanOrEqual(4);
  answer.end();
});
