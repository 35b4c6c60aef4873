/** What the person at the terminal is told. Made by `cli/setup/reporter.mjs`. */
export interface Reporter {
  line(text: string): void;
  /**
   * Does a piece of work; says so when it takes longer than two seconds. The work may say more
   * exactly what it's at.
   */
  step<T>(title: string, work: (progress: (message: string) => void) => Promise<T>): Promise<T>;
}
