import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEAST_CHARACTERS, passwordProblem } from './password-rules.ts';

describe('a password', () => {
  it.each([
    'passwordpassword',
    '123456789012',
    'Password1234',
    'qwertyuiop123',
    'aaaaaaaaaaaaaaaaaaaa',
    'letmeinletmein',
    'administrator',
    'P@ssw0rd2024!',
    'abcdefghijklmnop',
  ])('is refused as common: %s', (password) => {
    expect(passwordProblem(password, [])).toMatch(/easy to guess/);
  });

  it.each(['jane.example', 'Jane Example', 'runyardrunyard'])(
    'is refused when it is what everybody knows of its user: %s',
    (password) => {
      expect(passwordProblem(password, ['jane.example', 'Jane Example'])).toMatch(/easy to guess/);
    },
  );

  it.each(['seven lanterns over the quay', 'kJ8#mz0QpLw2', 'x7-пароль-длинный-42'])(
    'is taken: %s',
    (password) => {
      expect(passwordProblem(password, ['jane'])).toBeNull();
    },
  );

  it('is refused when it is short, by characters as people count them', () => {
    expect(passwordProblem('kJ8#mz0QpLw', [])).toMatch(/at least 12 characters/);
    expect(passwordProblem('🦊🐻🐼🐨🐯🦁', [])).toMatch(/at least 12 characters/);
  });

  it('of random characters is taken, however long', () => {
    const text = fc.string({ minLength: LEAST_CHARACTERS + 4, maxLength: 1024 });
    fc.assert(
      fc.property(text, (password) => {
        const characters = new Set(password).size;
        fc.pre(characters >= 14);
        expect(passwordProblem(password, [])).toBeNull();
      }),
      { numRuns: 50 },
    );
  });
});
