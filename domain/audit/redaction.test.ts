import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditContent } from './content.ts';
import { auditEvent, SYSTEM_ACTOR, type AuditDetails } from './event.ts';
import { isSecretName, redactSecrets } from './redaction.ts';

const from = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc
    .array(fc.constantFrom(...alphabet), { minLength, maxLength })
    .map((letters) => letters.join(''));
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LETTERS = `${UPPER}abcdefghijklmnopqrstuvwxyz`;
const URL_SAFE = `${LETTERS}-_`;
const base64 = (text: string) => btoa(text);

/** Secrets, each with what must be gone of it. */
const secrets: Record<string, fc.Arbitrary<string>> = {
  'a token of GitHub': fc
    .tuple(fc.constantFrom('ghp', 'gho', 'ghu', 'ghs', 'ghr'), from(LETTERS, 36))
    .map(([kind, rest]) => `${kind}_${rest}`),
  'a fine-grained token': from(LETTERS, 82).map((rest) => `github_pat_${rest}`),
  'a registration token': from(UPPER, 28).map((rest) => `A${rest}`),
  'an API token': from(URL_SAFE, 43).map((rest) => `ryt_${rest}`),
  'a refresh token': from(URL_SAFE, 43).map((rest) => `ryr_${rest}`),
  'a JWT': fc
    .tuple(from(LETTERS, 20, 60), from(URL_SAFE, 20, 200), from(URL_SAFE, 43, 90))
    .map((parts) => `eyJ${parts.join('.')}`),
  'a JIT configuration': from(LETTERS, 40, 200).map((token) =>
    base64(JSON.stringify({ '.runner': token, '.credentials': token })),
  ),
  'a key': from(LETTERS, 64, 300).map(
    (body) => `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`,
  ),
  'the hash of a password': from(LETTERS, 43).map(
    (hash) => `$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$${hash}`,
  ),
};

/** What may stand before and after a secret without becoming part of it. */
const before = fc.constantFrom(' ', '"', '\n', ': ', ' the text: ', ' (', '=', ',', '[', '\t');
const after = fc.constantFrom(' ', '"', '\n', ', ', ') ', '. ', ']', '\t', ' is it');

describe.each(Object.entries(secrets))('%s', (_, secret) => {
  it('is taken out of any text', () => {
    fc.assert(
      fc.property(secret, fc.string(), before, after, fc.string(), (one, a, b, c, d) => {
        const shown = redactSecrets(a + b + one + c + d);
        expect(shown).not.toContain(one);
        expect(shown).toContain('***');
      }),
    );
  });

  it('never gets into an event, however deep it stands, or under what name', () => {
    fc.assert(
      fc.property(
        secret,
        fc.jsonValue(),
        fc.array(fc.string(), { maxLength: 4 }),
        (one, value, path) => {
          const nest = path.reduce<unknown>(
            (inner, name) => ({ [name]: inner, beside: value }),
            [`it is ${one}`, { [one]: one }],
          );
          const told = {
            type: 'audit.exported',
            actor: { ...SYSTEM_ACTOR, name: one },
            action: 'export',
            resource: { type: 'thing', id: `https://x/${one}` },
            details: { nest } as AuditDetails,
          } as const;
          const content = auditContent(auditEvent(told, 'id', '2026-11-21T06:00:00.000Z'));
          expect(content).not.toContain(one);
          expect(content).not.toContain(JSON.stringify(one).slice(1, -1));
        },
      ),
    );
  });
});

it('takes the credentials out of the address of a private repository, and leaves the rest', () => {
  fc.assert(
    fc.property(from(URL_SAFE, 1, 20), from(URL_SAFE, 6, 40), (user, password) => {
      const url = `https://${user}:${password}@github.com/acme/secret.git`;
      expect(redactSecrets(`cloning ${url} failed`)).toBe(
        'cloning https://***@github.com/acme/secret.git failed',
      );
    }),
  );
});

it('takes out what stands where a secret does', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('password', 'token', 'client_secret', 'api-key', 'jit_config', 'private_key'),
      fc.constantFrom('=', ': ', '": "', ' = '),
      from(LETTERS, 8, 40),
      (name, between, value) => {
        expect(redactSecrets(`a ${name}${between}${value}`)).not.toContain(value);
      },
    ),
  );
  expect(redactSecrets('./config.sh --token AB12CD34EF --url x')).toBe(
    './config.sh --token *** --url x',
  );
  expect(redactSecrets('Authorization: Bearer abcdefgh.12345678')).toBe(
    'Authorization: Bearer ***',
  );
});

it('is done once and for all', () => {
  const any = fc.oneof(fc.string(), ...Object.values(secrets));
  fc.assert(
    fc.property(fc.array(any), (parts) => {
      const once = redactSecrets(parts.join(' '));
      expect(redactSecrets(once)).toBe(once);
    }),
  );
});

it.each([
  'Nobody has the token of this runner',
  'The password was changed by an administrator',
  'GITHUB_WEBHOOK_SECRET is missing',
  'https://github.com/acme/app/actions/runs/7000000000/job/1',
  'git@github.com:acme/app.git',
  'mailto anna@example.org about ry-default-1234-1',
  '16c5286e8d9a0629956a28938386b36608707a71',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '5f3c1f0e-6a54-4d7e-9a31-0b8d3a7c1e52',
  'No pool serves the labels self-hosted, linux, x64',
  'Bearer token is missing',
])('leaves alone: %s', (text) => {
  expect(redactSecrets(text)).toBe(text);
});

it('knows names in every spelling', () => {
  for (const name of ['password', 'accessToken', 'JIT_CONFIG', 'client-secret', 'Set-Cookie']) {
    expect([name, isSecretName(name)]).toEqual([name, true]);
  }
  for (const name of ['token_id', 'token_name', 'hint', 'key_id', 'passwords', 'secrets_count']) {
    expect([name, isSecretName(name)]).toEqual([name, false]);
  }
});
