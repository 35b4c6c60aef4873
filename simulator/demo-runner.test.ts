import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildDemoImage } from './demo-image.ts';
import { bridgeAddress, DemoRunner, docker } from './demo-runner.world.ts';
import { startTestGithub, type TestGithub } from './simulator.world.ts';

let image: string;
let folder: string;
let github: TestGithub;
let runners: DemoRunner[];
let count = 0;
beforeAll(async () => {
  image = await buildDemoImage(docker);
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  runners = [];
  github = await startTestGithub({ runnerListener: { host: await bridgeAddress(), port: 0 } });
});
afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.remove()));
  await github.close();
});

async function mint() {
  const octokit = await github.octokit('acme');
  count += 1;
  await github.control('POST', '/repositories', { full_name: 'acme/shop' });
  const { data } = await octokit.request(
    'POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig',
    {
      owner: 'acme',
      repo: 'shop',
      name: `demo-${count}`,
      runner_group_id: 1,
      labels: ['self-hosted'],
    },
  );
  return { id: data.runner.id, name: data.runner.name, config: data.encoded_jit_config };
}

async function launch(options: Parameters<typeof DemoRunner.start>[2] = {}) {
  const minted = await mint();
  const runner = await DemoRunner.start(image, minted.config, options);
  runners.push(runner);
  return { ...minted, runner };
}

const steps = (...scripts: string[]) => ({ steps: scripts.map((run) => ({ run })) });
/** A step that ends when the test runs `goOn`. */
const HOLD = 'mkfifo -m 666 /tmp/hold; echo holding; read -r word </tmp/hold; echo went on';
const goOn = (runner: DemoRunner) => runner.execute('sh', '-c', 'echo on >/tmp/hold');

describe('a job', () => {
  it('runs in the container, and its output is seen on both sides', async () => {
    const job = await github.queue('acme/shop', {
      name: 'unit tests',
      ...steps(`echo "it's \\\\ fine" && printf 'tab\\there\\n'`, 'id -u; echo $GITHUB_REPOSITORY'),
    });
    const { runner, name } = await launch();
    expect(await runner.exitCode()).toBe(0);
    await runner.printed('Job unit tests completed with result: Succeeded');
    for (const line of [
      '√ Connected to GitHub',
      'Listening for Jobs',
      'Running job: unit tests',
      "it's \\ fine",
      'tab\there',
      '1001\nacme/shop',
    ]) {
      expect(runner.output).toContain(line);
    }
    expect(await github.waitFor(job, 'completed')).toMatchObject({
      conclusion: 'success',
      runner_name: name,
      steps: [{ conclusion: 'success' }, { conclusion: 'success' }],
    });
    const log = await fetch(`${github.simulator.controlUrl}/jobs/${job.id}/logs`);
    expect(await log.text()).toContain('1001\nacme/shop');
    expect(await github.control('GET', '/runners')).toEqual({ runners: [] });
    await github.webhooksSent();
    expect(github.webhooks.map(({ payload }) => payload.action)).toEqual([
      'queued',
      'in_progress',
      'completed',
    ]);
  });

  it('that fails is no failure of the container', async () => {
    const job = await github.queue('acme/shop', steps('true', 'echo no >&2; exit 7', 'echo never'));
    const { runner } = await launch();
    expect(await runner.exitCode()).toBe(0);
    await runner.printed('completed with result: Failed');
    expect(runner.output).toContain('Process completed with exit code 7.');
    expect(runner.output).not.toContain('\nnever');
    expect(await github.waitFor(job, 'completed')).toMatchObject({
      conclusion: 'failure',
      steps: [{ conclusion: 'success' }, { conclusion: 'failure' }, { conclusion: 'skipped' }],
    });
  });

  it('has a process Runner.Worker as long as it runs, and no longer', async () => {
    const { runner } = await launch();
    await runner.printed('Listening for Jobs');
    expect((await runner.processes()).join('\n')).not.toContain('Runner.Worker');
    await github.queue('acme/shop', steps(HOLD));
    await runner.printed('holding');
    expect((await runner.processes()).join('\n')).toContain('Runner.Worker');
    await goOn(runner);
    expect(await runner.exitCode()).toBe(0);
  });

  it('ends when its run is cancelled', async () => {
    const job = await github.queue('acme/shop', steps('echo begun; sleep 600', 'echo never'));
    const { runner } = await launch();
    await runner.printed('begun');
    await github.control('POST', `/runs/${job.run_id}/cancel`);
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'cancelled' });
    expect(await runner.exitCode()).toBe(0);
    expect(runner.output).toContain('completed with result: Canceled');
  });

  it('is not held up by what it left running', async () => {
    const job = await github.queue('acme/shop', steps('sleep 600 & echo left it'));
    await launch();
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'success' });
  });

  it('survives a restart of the simulator', async () => {
    await github.close();
    const stateFile = join(folder, 'state.json');
    const host = await bridgeAddress();
    github = await startTestGithub({ stateFile, runnerListener: { host, port: 0 } });
    const job = await github.queue('acme/shop', steps(HOLD));
    const { runner } = await launch();
    await runner.printed('holding');
    const port = Number(new URL(github.simulator.runnerUrl).port);
    await github.close();
    await goOn(runner);
    await runner.printed('completed with result: Succeeded');
    github = await startTestGithub({ stateFile, runnerListener: { host, port } });
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'success' });
    expect(await runner.exitCode()).toBe(0);
  });

  it('prints a lot without losing any', async () => {
    const job = await github.queue('acme/shop', steps('seq 1 20000'));
    const { runner } = await launch();
    expect(await runner.exitCode()).toBe(0);
    await runner.printed('\n20000\n');
    expect(runner.output.match(/^\d+$/gm)).toHaveLength(20_000);
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'success' });
  });
});

describe('the runner', () => {
  it('works on a read-only root without any privilege', async () => {
    const job = await github.queue('acme/shop', steps('echo works > "$GITHUB_WORKSPACE/file"'));
    const { runner } = await launch({
      host: {
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Memory: 64 * 1024 * 1024,
        PidsLimit: 64,
      },
    });
    expect(await runner.exitCode()).toBe(0);
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'success' });
  });

  it("takes the official image's command line", async () => {
    const job = await github.queue('acme/shop');
    await launch({
      command: [
        '/bin/sh',
        '-c',
        'IFS= read -r ACTIONS_RUNNER_INPUT_JITCONFIG && export ACTIONS_RUNNER_INPUT_JITCONFIG && exec /home/runner/run.sh',
      ],
    });
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'success' });
  });

  it('stops at once when it is idle', async () => {
    const { runner, id } = await launch();
    await runner.printed('Listening for Jobs');
    await runner.container.kill({ signal: 'SIGTERM' });
    expect(await runner.exitCode()).toBe(0);
    const { runners: known } = await github.control<{ runners: object[] }>('GET', '/runners');
    expect(known).toMatchObject([{ id, status: 'offline' }]);
  });

  it('ends its job before it stops', async () => {
    const job = await github.queue('acme/shop', steps('echo begun; sleep 600'));
    const { runner } = await launch();
    await runner.printed('begun');
    await runner.container.kill({ signal: 'SIGTERM' });
    expect(await runner.exitCode()).toBe(0);
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'cancelled' });
  });

  it('ends when its registration is deleted', async () => {
    const { runner, id } = await launch();
    await runner.printed('Listening for Jobs');
    const octokit = await github.octokit('acme');
    await octokit.request('DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}', {
      owner: 'acme',
      repo: 'shop',
      runner_id: id,
    });
    expect(await runner.exitCode()).toBe(0);
    expect(runner.output).toContain('The runner registration has been deleted');
  });

  it('says what is wrong with a configuration that is not the simulator’s', async () => {
    const runner = await DemoRunner.start(image, Buffer.from('{}').toString('base64'));
    runners.push(runner);
    expect(await runner.exitCode()).toBe(1);
    expect(runner.output).toContain('serves the GitHub simulator only');
  });
});

it('has an image that is built once', async () => {
  const seen: string[] = [];
  expect(await buildDemoImage(docker, (text) => seen.push(text))).toBe(image);
  expect(seen).toEqual([]);
  const { Size: size } = await docker.getImage(image).inspect();
  expect(size).toBeLessThan(4_000_000);
});
