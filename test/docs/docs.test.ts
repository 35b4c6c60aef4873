import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApp } from '../../api/app.ts';
import { createServices, type Services } from '../../api/services.ts';
import { runyard } from '../../cli/runyard.ts';
import { createLog } from '../../config/log.ts';
import { makeSigningKeys } from '../../config/make-signing-keys.ts';
import { projectRoot } from '../../config/root.ts';
import { settingsSchema } from '../../config/schema.ts';
import { anchorsOf, linksOf, namedIn, readPages } from './pages.ts';

const pages = readPages();
const at = (path: string) => join(projectRoot(), path);
const read = (path: string) => readFileSync(at(path), 'utf8');

/** Capitals in code that name no setting of Runyard's. */
const OTHER_WORDS = new Set(
  [
    ['PATH', 'SIGTERM', 'ACTIONS_RUNNER_INPUT_JITCONFIG', 'ACTIONS_RUNNER_INPUT_TOKEN'],
    ['RUNYARD_URL', 'RUNYARD_TOKEN'],
    ['POST', 'PATCH', 'DELETE'],
    // of SQL
    [
      'SELECT',
      'INSERT',
      'UPDATE',
      'REVOKE',
      'NOTIFY',
      'CREATE',
      'ROLE',
      'CSRF',
      // a setting of former versions, in the changelog
      'ADMIN_TOKEN',
      'LOGIN',
      'NOLOGIN',
      'PASSWORD',
    ],
    // what the reader puts in, and words of Dockerfiles and key formats
    ['NAME', 'USERNAME', 'ISSUER', 'SUBJECT'],
    ['X', 'YOUR', 'HOST', 'SERVER', 'VERSION', 'BASE64', 'FROM', 'USER'],
  ].flat(),
);

/** Roles of the database, which look like metrics. */
const ROLES = ['runyard_application', 'runyard_app'];

describe.each(pages)('$file', (page) => {
  it('links to what is there', () => {
    const broken = linksOf(page).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page.file : join(dirname(page.file), path);
      if (!existsSync(at(target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it("names npm's scripts as they are called", () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = namedIn(page, /\bnpm ((?:run )?[a-z][a-z:-]*)/g);
    const builtIn = ['ci', 'install'];
    const unknown = named.filter((script) => {
      const isRun = script.startsWith('run ');
      const name = script.replace(/^run /, '');
      return (
        !(name in scripts && (isRun || ['start', 'test'].includes(name))) && !builtIn.includes(name)
      );
    });
    expect(unknown).toEqual([]);
  });

  it('names commands and options that runyard has', async () => {
    const unknown: string[] = [];
    for (const line of namedIn(page, /(?:^|\bnpx )runyard ([^\n]+)/gm)) {
      unknown.push(...(await unknownWords(line)).map((word) => `runyard ${line}: ${word}`));
    }
    expect(unknown).toEqual([]);
  });

  it('names settings that there are', () => {
    const names = Object.keys(settingsSchema.shape);
    const unknown = namedIn(page, /\b([A-Z][A-Z0-9_]{3,})/g)
      .map((name) => name.replace(/_FILE$/, ''))
      .filter((name) => !OTHER_WORDS.has(name) && !names.includes(name))
      .filter((name) => !(name.endsWith('_') && names.some((one) => one.startsWith(name))));
    expect(unknown).toEqual([]);
  });

  it('names metrics that there are', () => {
    const named = namedIn(page, /\b(runyard_[a-z_]+)/g);
    const known = new Set([...ROLES, ...metricNames()]);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('names files and programs that there are', () => {
    const folders = readdirSync(projectRoot(), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const isOurs = (path: string) => folders.includes(path.split('/')[0] ?? '');
    const paths = namedIn(page, /^([a-z]+\/[\w./-]*)$/g).filter(isOurs);
    const programs = namedIn(page, /\bnode dist\/([\w/-]+)\.js\b/g).map((name) => `${name}.ts`);
    expect([...paths, ...programs].filter((path) => !existsSync(at(path)))).toEqual([]);
  });
});

describe('addresses of the API', () => {
  let services: Services;
  let described: Set<string>;

  beforeAll(async () => {
    const settings = settingsSchema.parse({
      DATABASE_URL: inject('databaseUrl'),
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      AUTH_SIGNING_KEYS: makeSigningKeys(),
      GITHUB_WEBHOOK_SECRET: 'the-secret-of-the-tests',
      PAYLOAD_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    });
    services = createServices(settings, createLog('docs', 'silent'));
    const answer = await createApp(services.dependencies).request('/openapi.json');
    const { paths } = (await answer.json()) as { paths: Record<string, object> };
    described = new Set(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      ),
    );
  });
  afterAll(() => services?.stop());

  it.each(pages)('$file names those that the API describes', (page) => {
    const named = namedIn(page, /\b((?:GET|POST|PUT|PATCH|DELETE) \/[^\s?]*)/g);
    const alone = namedIn(page, /^(\/(?:api\/[^\s?]*|docs|health|ready|metrics|openapi\.json))$/g);
    const known = [...described].map((one) => one.split(' ')[1]);
    expect(named.filter((one) => !described.has(one))).toEqual([]);
    expect(alone.filter((path) => !known.includes(path))).toEqual([]);
  });
});

describe('what can be run without a system', () => {
  const lines = pages.flatMap((page) => namedIn(page, /^node -p '(.+)'$/gm));

  it('runs: a new payload key is 32 bytes', () => {
    expect(lines).toHaveLength(1);
    const said = execFileSync(process.execPath, ['-p', lines[0] ?? ''], { encoding: 'utf8' });
    expect(Buffer.from(said.trim(), 'base64')).toHaveLength(32);
  });
});

/** Words of a command line that the help of `runyard` doesn't have. */
async function unknownWords(line: string): Promise<string[]> {
  const path: string[] = [];
  const unknown: string[] = [];
  let isCommand = true;
  for (const word of line.trim().split(/\s+/)) {
    const help = await helpOf(path);
    if (word.startsWith('-')) {
      const [option = ''] = word.split('=');
      const everywhere = `${help}${await helpOf([])}`;
      if (!new RegExp(`${option}(?![\\w-])`).test(everywhere)) unknown.push(word);
      isCommand = false;
    } else if (isCommand && /^[a-z|-]+$/.test(word) && help.includes('\nCommands:')) {
      const names = word.split('|');
      unknown.push(...names.filter((name) => !new RegExp(`^  ${name}\\b`, 'm').test(help)));
      path.push(names[0] ?? '');
    } else isCommand = false;
  }
  return unknown;
}

async function helpOf(path: readonly string[]): Promise<string> {
  let text = '';
  const take = (said: string) => void (text += said);
  await runyard([...path, '--help'], {}, { out: take, error: take });
  return text;
}

/** Names in the files that make the metrics. */
function metricNames(): Set<string> {
  const files = [
    ...readdirSync(at('api/metrics')).map((name) => `api/metrics/${name}`),
    'worker/control/metrics.ts',
    'worker/host/metrics.ts',
  ].filter((file) => !file.includes('.test.'));
  return new Set(files.flatMap((file) => read(file).match(/runyard_[a-z_]+/g) ?? []));
}
