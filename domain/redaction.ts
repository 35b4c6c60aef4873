/** What stands where a secret stood. */
export const REDACTED = '***';

/**
 * Takes secrets out of a text that comes in pieces, wherever the pieces are cut. What might be the
 * beginning of a secret is held back until the text goes on or ends.
 */
export class Redactor {
  readonly #secrets: readonly string[];
  readonly #pattern: RegExp | null;
  #held = '';

  /** @param secrets - empty ones are passed over; where several match, the longest counts */
  constructor(secrets: readonly string[]) {
    this.#secrets = [...new Set(secrets)]
      .filter((secret) => secret !== '')
      .toSorted((one, other) => other.length - one.length);
    const alternatives = this.#secrets.map((secret) =>
      secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    );
    this.#pattern = alternatives.length > 0 ? new RegExp(alternatives.join('|'), 'g') : null;
  }

  /** Takes the next piece; answers what can be shown by now. */
  push(piece: string): string {
    if (!this.#pattern) return piece;
    const text = this.#held + piece;
    let shown = '';
    let from = 0;
    let hold = this.#holdFrom(text, 0);
    this.#pattern.lastIndex = 0;
    for (let match = this.#pattern.exec(text); match; match = this.#pattern.exec(text)) {
      // From `hold` on, the text may yet turn out to be a longer secret than the one found.
      if (match.index >= hold) break;
      shown += text.slice(from, match.index) + REDACTED;
      from = match.index + match[0].length;
      if (from > hold) hold = this.#holdFrom(text, from);
    }
    this.#held = text.slice(hold);
    return shown + text.slice(from, hold);
  }

  /** The text is over; answers what was held back. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return this.#pattern ? rest.replace(this.#pattern, REDACTED) : rest;
  }

  /** Least index, not before `from`, from which on the text is the beginning of a secret. */
  #holdFrom(text: string, from: number): number {
    let least = text.length;
    for (const secret of this.#secrets) {
      const head = secret[0] as string;
      let at = text.indexOf(head, Math.max(from, text.length - secret.length + 1));
      while (at >= 0 && at < least) {
        if (secret.startsWith(text.slice(at))) least = at;
        at = text.indexOf(head, at + 1);
      }
    }
    return least;
  }
}
