import { randomBytes } from 'node:crypto';
import { decode } from '@temporalio/common/lib/encoding.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../domain/secret.ts';
import { parsePayloadKeys } from './keys.ts';
import { payloadConverter } from './payload-converter.ts';
import { SecretCodec } from './secret-codec.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const oldKey = key('old');
const codec = new SecretCodec(parsePayloadKeys(key('new')));

describe('secret payloads', () => {
  it('come back as they were, and are unreadable in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 8 }), async (text) => {
        const plain = payloadConverter.toPayload(new Secret({ text }));
        const [sealed] = await codec.encode([plain]);
        expect(Buffer.from(sealed?.data ?? []).includes(Buffer.from(text))).toBe(false);
        const [opened] = await codec.decode([sealed ?? {}]);
        expect(
          payloadConverter.fromPayload<Secret<{ text: string }>>(opened ?? {}).reveal(),
        ).toEqual({ text });
      }),
    );
  });

  it('leaves everything else readable', async () => {
    const [payload] = await codec.encode([payloadConverter.toPayload({ repository: 'acme/web' })]);
    expect(decode(payload?.data ?? new Uint8Array())).toBe('{"repository":"acme/web"}');
  });

  it('decrypts what an old key encrypted, and says which key is missing', async () => {
    const before = new SecretCodec(parsePayloadKeys(oldKey));
    const sealed = await before.encode([payloadConverter.toPayload(new Secret('s3cret'))]);
    const rotated = new SecretCodec(parsePayloadKeys(`${key('new')},${oldKey}`));
    const [opened] = await rotated.decode(sealed);
    expect(payloadConverter.fromPayload<Secret<string>>(opened ?? {}).reveal()).toBe('s3cret');
    await expect(codec.decode(sealed)).rejects.toThrow('key "old"');
  });

  it('refuses a payload that was changed', async () => {
    const [sealed] = await codec.encode([payloadConverter.toPayload(new Secret('s3cret'))]);
    const data = Buffer.from(sealed?.data ?? []);
    data[14] = (data[14] ?? 0) ^ 1;
    await expect(codec.decode([{ ...sealed, data }])).rejects.toThrow();
  });
});

describe('Secret', () => {
  it('shows itself nowhere', () => {
    const secret = new Secret('s3cret');
    expect(`${secret} ${JSON.stringify({ secret })}`).not.toContain('s3cret');
    expect(Object.values(secret)).toEqual([]);
  });
});

describe('parsePayloadKeys', () => {
  it.each(['', 'nokey', 'a:short', `${oldKey},${oldKey}`])('refuses %j', (text) => {
    expect(() => parsePayloadKeys(text)).toThrow('PAYLOAD_ENCRYPTION_KEYS');
  });
});
