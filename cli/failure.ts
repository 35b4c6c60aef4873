/** Exit codes of the `runyard` command. Scripts rely on them. */
export const EXIT = {
  ok: 0,
  /** It was asked for and failed; `doctor` found something broken. */
  failed: 1,
  /** The command line or a setting makes no sense. */
  usage: 2,
  notFound: 3,
  unreachable: 4,
  notAllowed: 5,
  /** The thing is not in a state in which this can be done. */
  conflict: 6,
} as const;

/** A command ended badly, in a way that its user can understand; `exitCode` is one of {@link EXIT}. */
export class Failure extends Error {
  override name = 'Failure';
  readonly exitCode: number;
  /** What `--json` shows beside the message. */
  readonly code: string;

  constructor(exitCode: number, code: string, message: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}
