/** When the session was renewed, as all tabs of this origin know it. Holds nothing that is secret. */
export interface Renewals {
  begin(): void;
  end(isRenewed: boolean): void;
  /** When the last one came to its end, in milliseconds; 0: never. */
  lastEnd(): number;
  /** When one began that has not come to its end, in milliseconds. */
  underWaySince(): number | null;
}

const BEGUN = 'runyard-renewal-begun';
const ENDED = 'runyard-renewed';

/** Kept in the browser's storage; where that is forbidden, every page knows only its own. */
export function renewalsIn(storage: () => Storage): Renewals {
  const own = new Map<string, string>();
  function read(name: string): number | null {
    try {
      const text = storage().getItem(name);
      return text === null ? null : Number(text);
    } catch {
      return own.has(name) ? Number(own.get(name)) : null;
    }
  }
  function write(name: string, value: string | null): void {
    try {
      if (value === null) storage().removeItem(name);
      else storage().setItem(name, value);
    } catch {
      if (value === null) own.delete(name);
      else own.set(name, value);
    }
  }
  return {
    begin: () => write(BEGUN, String(Date.now())),
    end(isRenewed) {
      if (isRenewed) write(ENDED, String(Date.now()));
      write(BEGUN, null);
    },
    lastEnd: () => read(ENDED) ?? 0,
    underWaySince: () => read(BEGUN),
  };
}

export const sharedRenewals = renewalsIn(() => localStorage);
