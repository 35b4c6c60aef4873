import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import { bridgeGateway } from '../cli/start/docker.ts';
import { DEMO_RUNNER_COMMAND } from './demo-image.ts';

export const docker = new Docker();

/** The address of this machine that containers on Docker's default network reach. */
export async function bridgeAddress(): Promise<string> {
  const address = await bridgeGateway(docker);
  if (address === null) throw new Error("Docker's bridge network is not of this machine");
  return address;
}

/** A demo runner in a container, as a host worker would start it. */
export class DemoRunner {
  readonly container: Docker.Container;
  #output = '';
  readonly #changed: (() => void)[] = [];

  private constructor(container: Docker.Container) {
    this.container = container;
  }

  static async start(
    image: string,
    jitConfig: string,
    options: { host?: Docker.HostConfig; command?: readonly string[] } = {},
  ): Promise<DemoRunner> {
    const container = await docker.createContainer({
      Image: image,
      Cmd: [...(options.command ?? DEMO_RUNNER_COMMAND)],
      User: '1001',
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: options.host ?? {},
      Labels: { 'runyard.test': 'demo-runner' },
    });
    const runner = new DemoRunner(container);
    const stream = await container.attach({
      stream: true,
      stdin: true,
      stdout: true,
      stderr: true,
      hijack: true,
    });
    const output = new PassThrough();
    output.on('data', (chunk: Buffer) => {
      runner.#output += chunk.toString('utf8');
      for (const changed of runner.#changed.splice(0)) changed();
    });
    docker.modem.demuxStream(stream, output, output);
    await container.start();
    stream.write(`${jitConfig}\n`);
    return runner;
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves once the container has printed this. */
  async printed(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** Command lines of the container's processes. */
  async processes(): Promise<string[]> {
    const top = (await this.container.top()) as { Titles: string[]; Processes: string[][] };
    return top.Processes.map((process) => process[top.Titles.indexOf('CMD')] ?? '');
  }

  /** Runs a command in the container. */
  async execute(...command: string[]): Promise<void> {
    const exec = await this.container.exec({ Cmd: command, AttachStdout: true });
    const stream = await exec.start({});
    stream.resume();
    await new Promise((resolve) => stream.on('end', resolve));
  }

  /** The container's exit code, once it has ended. */
  async exitCode(): Promise<number> {
    return ((await this.container.wait()) as { StatusCode: number }).StatusCode;
  }

  async remove(): Promise<void> {
    await this.container.remove({ force: true }).catch(() => {});
  }
}
