import { sign, verify } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSignedBy } from './signature.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

it("agrees with the example in GitHub's documentation", () => {
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  expect(isSignedBy(["It's a Secret to Everybody"], bytes('Hello, World!'), signature)).toBe(true);
});

it("agrees with octokit's signatures", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 1 }),
      fc.string({ minLength: 1, unit: 'grapheme' }),
      async (secret, body) => {
        const signature = await sign(secret, body);
        expect(await verify(secret, body, signature)).toBe(true);
        expect(isSignedBy([secret], bytes(body), signature)).toBe(true);
        expect(isSignedBy([`${secret}x`], bytes(body), signature)).toBe(false);
        expect(isSignedBy([secret], bytes(`${body} `), signature)).toBe(false);
      },
    ),
    { numRuns: 50 },
  );
});

it('accepts the secret of before, and no other', async () => {
  const signature = await sign('before', 'body');
  expect(isSignedBy(['now', 'before'], bytes('body'), signature)).toBe(true);
  expect(isSignedBy(['now'], bytes('body'), signature)).toBe(false);
  expect(isSignedBy([], bytes('body'), signature)).toBe(false);
});

it.each(['', 'sha256=', 'sha1=abc', `sha256=${'g'.repeat(64)}`, `sha256=${'0'.repeat(66)}`])(
  'refuses %j',
  (signature) => expect(isSignedBy(['secret'], bytes('body'), signature)).toBe(false),
);
