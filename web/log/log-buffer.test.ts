import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_LINES, LogBuffer } from './log-buffer.ts';

function linesOf(buffer: LogBuffer): string[] {
  return buffer
    .blocks()
    .flatMap((block) => block.lines.map((line) => line.map((span) => span.text).join('')));
}

describe('LogBuffer', () => {
  it('shows the same lines wherever the pieces were cut', () => {
    const line = fc.stringMatching(/^[a-z ]{0,9}$/);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 500 }), fc.array(fc.nat(4000)), (lines, cuts) => {
        const text = lines.map((each) => `${each}\n`).join('');
        const buffer = new LogBuffer();
        let from = 0;
        for (const cut of cuts.toSorted((a, b) => a - b)) {
          buffer.append(text.slice(from, cut));
          from = Math.max(from, cut);
        }
        buffer.append(text.slice(from));
        expect(linesOf(buffer)).toEqual(lines);
      }),
    );
  });

  it('shows a line whose end has not come', () => {
    const buffer = new LogBuffer();
    buffer.append('one\ntw');
    expect(linesOf(buffer)).toEqual(['one', 'tw']);
    buffer.append('o\n');
    expect(linesOf(buffer)).toEqual(['one', 'two']);
  });

  it('numbers blocks, and keeps full ones as they are', () => {
    const buffer = new LogBuffer();
    buffer.append('x\n'.repeat(BLOCK_LINES + 1));
    const before = buffer.blocks();
    buffer.append('y\n');
    const after = buffer.blocks();
    expect(after.map((block) => block.first)).toEqual([1, BLOCK_LINES + 1]);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  it('forgets everything when cleared, an open colour too', () => {
    const buffer = new LogBuffer();
    buffer.append('\u001b[31mred\nopen');
    buffer.clear();
    buffer.append('plain\n');
    expect(buffer.blocks()).toEqual([
      { first: 1, lines: [[{ text: 'plain', className: '', style: null }]] },
    ]);
  });
});
