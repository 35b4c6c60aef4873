import { expect } from 'vitest';

/** Like `expect.poll`, for as long as a machine may need that has much else to do. */
export function eventually<T>(get: () => T) {
  return expect.poll(get, { timeout: 20_000 });
}
