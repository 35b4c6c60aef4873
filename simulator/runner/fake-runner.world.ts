import { connect, type Socket } from 'node:net';

/** Speaks the runner's protocol by hand, so that a test can misbehave. */
export class FakeRunner {
  readonly #socket: Socket;
  readonly #lines: string[] = [];
  #waiting: (() => void) | null = null;
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString('utf8')).split('\n');
      this.#rest = lines.pop() ?? '';
      this.#lines.push(...lines.map((line) => line.trimEnd()).filter((line) => line !== ''));
      this.#waiting?.();
    });
    socket.on('close', () => {
      this.#lines.push('closed');
      this.#waiting?.();
    });
    socket.on('error', () => {});
  }

  /** Connects with a JIT configuration; `job` is one that it says it is at. */
  static async connect(jitConfig: string, job = ''): Promise<FakeRunner> {
    const { host, port, token } = JSON.parse(
      Buffer.from(jitConfig, 'base64').toString('utf8'),
    ) as Record<'host' | 'port' | 'token', string>;
    const socket = connect(Number(port), host);
    const runner = new FakeRunner(socket);
    socket.write(
      `GET /_runner/connect HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: runner\r\n` +
        `Authorization: Bearer ${token}\r\nX-Job: ${job}\r\n\r\n`,
    );
    return runner;
  }

  /** Waits for a line that begins with these words, passing over others; answers it whole. */
  async hear(words: string): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line === undefined) await new Promise<void>((resolve) => (this.#waiting = resolve));
      else if (line.startsWith(words)) return line;
      else if (line === 'closed') throw new Error(`The connection ended before "${words}" came`);
    }
  }

  say(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  /** Vanishes without a word. */
  vanish(): void {
    this.#socket.destroy();
  }
}
