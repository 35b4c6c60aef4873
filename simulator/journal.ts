import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** One line of the file: what kind of thing, its key, and the thing; null where it was removed. */
export type Entry = readonly [kind: string, key: string | number, value: unknown];

/**
 * Keeps entries in a file of JSON lines: the last line of a key counts. Appending costs what changed
 * and not what is there, and a killed process loses at most the line that it was writing.
 */
export class Journal {
  readonly #file: string;
  #descriptor: number | null = null;
  #lines = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Every entry that the file holds, in the order written; a torn last line is left out. */
  read(): Entry[] {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, 'utf8').split('\n');
    return lines.flatMap((line, index) => {
      if (line === '') return [];
      try {
        return [JSON.parse(line) as Entry];
      } catch (error) {
        if (index === lines.length - 1) return [];
        throw new Error(
          `${this.#file} is damaged at line ${index + 1}: remove it to start with an empty GitHub`,
          { cause: error },
        );
      }
    });
  }

  /** Writes the file anew with these entries alone, in one step, and appends from then on. */
  rewrite(entries: readonly Entry[]): void {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const temporary = `${this.#file}.new`;
    writeFileSync(temporary, entries.map(toLine).join(''), { mode: 0o600 });
    this.close();
    renameSync(temporary, this.#file);
    this.#descriptor = openSync(this.#file, 'a', 0o600);
    this.#lines = entries.length;
  }

  append(entries: readonly Entry[]): void {
    if (this.#descriptor === null) throw new Error('The journal is closed');
    writeSync(this.#descriptor, entries.map(toLine).join(''));
    this.#lines += entries.length;
  }

  /** Lines in the file, superseded ones too. */
  get lines(): number {
    return this.#lines;
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

function toLine(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}
