import { LineParser } from './line-parser.ts';
import type { LogSpan } from './log-span.ts';

type LogLine = readonly LogSpan[];

/** Lines that are drawn together; a full block never changes again. */
export interface LogBlock {
  /** Number of its first line, from 1. */
  first: number;
  lines: readonly LogLine[];
}

/** Lines of a full block. */
export const BLOCK_LINES = 200;

/** Output as it comes, in pieces that end anywhere, kept as lines in blocks. */
export class LogBuffer {
  #parser = new LineParser();
  #full: LogBlock[] = [];
  #latest: LogLine[] = [];
  /** The last line, as long as its end hasn't come. */
  #open = '';

  append(text: string): void {
    const pieces = (this.#open + text).split('\n');
    this.#open = pieces.pop() ?? '';
    for (const line of pieces) {
      this.#latest.push(this.#parser.parse(line));
      if (this.#latest.length < BLOCK_LINES) continue;
      this.#full.push({ first: this.#first(), lines: this.#latest });
      this.#latest = [];
    }
  }

  /** All so far. A full block is the same object each time. */
  blocks(): readonly LogBlock[] {
    // The open line is shown without the colours before it: the parser's state is of whole lines.
    const open = this.#open === '' ? [] : [new LineParser().parse(this.#open)];
    const lines = [...this.#latest, ...open];
    return lines.length === 0 ? [...this.#full] : [...this.#full, { first: this.#first(), lines }];
  }

  clear(): void {
    this.#parser = new LineParser();
    this.#full = [];
    this.#latest = [];
    this.#open = '';
  }

  #first(): number {
    return 1 + this.#full.length * BLOCK_LINES;
  }
}
