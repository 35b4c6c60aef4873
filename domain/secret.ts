import type { JsonValue } from './json.ts';

/** Marks secrets across copies of this module: workflows and converters are loaded apart. */
const BRAND = Symbol.for('runyard.secret');

/**
 * A value that must never be readable where it is stored or shown. The payload codec encrypts it in
 * Temporal histories; `toString`, `toJSON` and `util.inspect` answer a mark instead of the value, so
 * that a log line or an error can't carry it by accident. Read it with {@link Secret.reveal}.
 */
export class Secret<T extends JsonValue> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it only where the value is used, never where it is passed on. */
  reveal(): T {
    return this.#value;
  }

  /** True of a secret, whichever copy of this module made it. */
  static is(value: unknown): value is Secret<JsonValue> {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  get [BRAND](): true {
    return true;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
