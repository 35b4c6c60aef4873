import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from './redaction.ts';

function redact(secrets: string[], pieces: string[]): string {
  const redactor = new Redactor(secrets);
  return pieces.map((piece) => redactor.push(piece)).join('') + redactor.end();
}

describe('Redactor', () => {
  it('takes a secret out wherever the text is cut', () => {
    for (let cut = 0; cut <= 20; cut += 1) {
      const text = 'before s3cret+(x] after';
      const pieces = [text.slice(0, cut), text.slice(cut)];
      expect(redact(['s3cret+(x]'], pieces)).toBe('before *** after');
    }
    expect(redact(['abcdef'], [...'xabcdabcdefy'])).toBe('xabcd***y');
  });

  it('waits for the longer of two secrets with one beginning', () => {
    expect(redact(['abc', 'abcdef'], ['abc', 'def'])).toBe('***');
    expect(redact(['abc', 'abcdef'], ['abc', 'dex'])).toBe('***dex');
    expect(redact(['XYab', 'abQ'], ['XYab', 'Q'])).toBe('***Q');
  });

  it('shows at once what can be no secret, and the rest at the end', () => {
    const redactor = new Redactor(['secret']);
    expect(redactor.push('ready\nse')).toBe('ready\n');
    expect(redactor.end()).toBe('se');
    expect(new Redactor(['']).push('text')).toBe('text');
  });

  it('gives the same for every way of cutting, and no secret is left', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
    const secret = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 6 }),
        fc.array(secret, { maxLength: 4 }),
        (pieces, secrets) => {
          const text = pieces.join('');
          const shown = redact(secrets, pieces);
          expect(shown).toBe(redact(secrets, [text]));
          expect(secrets.filter((one) => shown.includes(one))).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('stays quick with a long secret and much text that resembles it', () => {
    const long = 'eyJ'.repeat(3_000);
    const redactor = new Redactor([`${long}!`]);
    const shown = `${redactor.push(long)}${redactor.push('?')}${redactor.end()}`;
    expect(shown).toBe(`${long}?`);
  });
});
