import { afterEach, expect, it, vi } from 'vitest';
import { SlotBook } from './slot-book.ts';

const never = new AbortController().signal;
let book: SlotBook;
afterEach(() => book.close());

function open(capacity: number, reservationTimeout = 60_000): SlotBook {
  book = new SlotBook({ capacity, reservationTimeout, onChange: () => {} });
  book.hold('starting', false);
  return book;
}

/** Whether a promise has settled, once everything that can happen now has happened. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

it('lets a runner without a reservation wait, and come before every new claim', async () => {
  open(1);
  await book.occupy('first', never);
  const permit = book.permit('queue', never);
  const second = book.occupy('second', never);
  expect([await isSettled(permit), await isSettled(second)]).toEqual([false, false]);
  book.vacate('first');
  await second;
  expect(await isSettled(permit)).toBe(false);
  book.vacate('second');
  await permit;
});

it('grants nothing while it is held, but keeps what was granted', async () => {
  open(2);
  expect(book.claim('before')).toBe(true);
  book.hold('draining', true);
  const permit = book.permit('queue', never);
  expect(await isSettled(permit)).toBe(false);
  expect([book.claim('new'), book.claim('before')]).toEqual([false, true]);
  await book.occupy('before', never);
  book.hold('draining', false);
  await permit;
});

it('ends the wait of whoever gives up, and grants nothing to them', async () => {
  open(1);
  await book.occupy('first', never);
  const [poll, runner] = [new AbortController(), new AbortController()];
  const waits = [book.permit('queue', poll.signal), book.occupy('second', runner.signal)];
  poll.abort(new Error('no more'));
  runner.abort(new Error('no more'));
  for (const wait of waits) await expect(wait).rejects.toThrow('no more');
  book.vacate('first');
  expect(book.load).toEqual({ running: 0, reserved: 0 });
  expect(book.claim('third')).toBe(true);
});

it('has a reservation lapse that no runner uses, and serves who waits', async () => {
  const onChange = vi.fn();
  book = new SlotBook({ capacity: 1, reservationTimeout: 20, onChange });
  book.hold('starting', false);
  expect(book.claim('late')).toBe(true);
  const calls = onChange.mock.calls.length;
  await book.permit('queue', never);
  expect(book.load.reserved).toBe(0);
  expect(onChange.mock.calls.length).toBeGreaterThan(calls);
});
