/** Entities of one kind by their key, in the order they were first put. Tells of every change. */
export class Collection<K extends string | number, T extends { id: K }> {
  readonly kind: string;
  readonly #entities = new Map<K, T>();
  readonly #changed: (kind: string, key: K) => void;

  constructor(kind: string, changed: (kind: string, key: K) => void) {
    this.kind = kind;
    this.#changed = changed;
  }

  get size(): number {
    return this.#entities.size;
  }

  get(id: K): T | undefined {
    return this.#entities.get(id);
  }

  values(): MapIterator<T> {
    return this.#entities.values();
  }

  /** Adds an entity, or says that it changed. */
  put(entity: T): T {
    this.#entities.set(entity.id, entity);
    this.#changed(this.kind, entity.id);
    return entity;
  }

  delete(id: K): void {
    if (this.#entities.delete(id)) this.#changed(this.kind, id);
  }

  /** Puts back what was kept, without telling. */
  restore(id: K, entity: T | null): void {
    if (entity === null) this.#entities.delete(id);
    else this.#entities.set(id, entity);
  }
}
