import { describe, expect, it } from 'vitest';
import { LineParser } from './line-parser.ts';

const parse = (line: string) => new LineParser().parse(line);
const text = (line: string) =>
  parse(line)
    .map((span) => span.text)
    .join('');

describe('LineParser', () => {
  it('leaves plain text as it is, markup included', () => {
    expect(parse('a <b onclick="x()">&amp;\tb')).toEqual([
      { text: 'a <b onclick="x()">&amp;\tb', className: '', style: null },
    ]);
  });

  it('gives colours and decorations as classes', () => {
    expect(parse('ok \u001b[1;32mgreen\u001b[0m end')).toEqual([
      { text: 'ok ', className: '', style: null },
      { text: 'green', className: 'ansi-bold ansi-green-fg', style: null },
      { text: ' end', className: '', style: null },
    ]);
  });

  it('gives colours beyond the sixteen as values', () => {
    expect(parse('\u001b[38;5;208mo\u001b[48;2;1;2;3mx')).toEqual([
      { text: 'o', className: '', style: { color: 'rgb(255, 135, 0)' } },
      {
        text: 'x',
        className: '',
        style: { color: 'rgb(255, 135, 0)', backgroundColor: 'rgb(1, 2, 3)' },
      },
    ]);
  });

  it('carries a colour over the end of a line until it is reset', () => {
    const parser = new LineParser();
    parser.parse('\u001b[31mred');
    expect(parser.parse('still')).toEqual([
      { text: 'still', className: 'ansi-red-fg', style: null },
    ]);
    parser.parse('\u001b[0m');
    expect(parser.parse('plain')).toEqual([{ text: 'plain', className: '', style: null }]);
  });

  it.each([
    ['links', '\u001b]8;;https://example.com\u0007text\u001b]8;;\u0007', 'text'],
    ['titles', '\u001b]0;title\u001b\\text', 'text'],
    ['cursor movement', '\u001b[2K\u001b[1Gtext', 'text'],
    ['character sets', '\u001b(Btext', 'text'],
    ['bells and other controls', 'te\u0007x\u0000t\u009b', 'text'],
    ['hidden text is shown', '\u001b[8mtext\u001b[0m', 'text'],
    ['progress', ' 10%\r 50%\r100%\r', '100%'],
    ['an escape cut off', 'text\u001b', 'text'],
  ])('reads %s', (_case, line, expected) => {
    expect(text(line)).toBe(expected);
  });
});
