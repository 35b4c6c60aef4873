export interface LockFile {
  packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }>;
}
export function missingOptionals(lock: LockFile): Record<string, object>;
export function completeLock(file: string): void;
