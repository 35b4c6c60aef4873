import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { lockBuild } from './lock.mjs';
import { runProgram } from './program.mjs';

const CODE = [
  'domain',
  'workflows',
  'activities',
  'worker',
  'api',
  'prisma',
  'config',
  'cli',
  'simulator',
  'bench',
];

/**
 * The parts of a build, in order. A part is made anew when one of its sources has changed since it
 * was made.
 */
const PARTS = [
  {
    name: 'database client',
    sources: ['prisma/schema.prisma', 'node_modules/prisma/package.json'],
    made: 'prisma/generated/client.ts',
    make: generateClient,
  },
  {
    name: 'code',
    sources: [...CODE, 'tsconfig.json', 'tsconfig.build.json'],
    made: 'dist/cli/start/main.js',
    make: compile,
  },
  {
    name: 'workflows',
    sources: [
      'workflows',
      'domain',
      'worker/codec',
      'worker/bundle.ts',
      'node_modules/@temporalio/worker/package.json',
    ],
    made: 'dist/workflow-bundle.js',
    make: bundle,
  },
  {
    name: 'dashboard',
    sources: ['web', 'package-lock.json'],
    made: 'dist/web/index.html',
    make: buildDashboard,
  },
];

/** Builds what is stale. A second call that finds nothing changed takes a few milliseconds. */
export async function build(root, reporter, names = PARTS.map((part) => part.name)) {
  const wanted = PARTS.filter((part) => names.includes(part.name));
  if (staleParts(root, wanted).length === 0) return;
  const unlock = await lockBuild(root);
  try {
    // another process may have built meanwhile
    for (const part of staleParts(root, wanted)) {
      const before = hashSources(root, part.sources);
      await reporter.step(`Building the ${part.name}`, () => part.make(root));
      writeStamp(root, part.name, before);
    }
  } finally {
    unlock();
  }
}

/** True when something would be built: the development packages are needed then. */
export function isStale(root) {
  return staleParts(root, PARTS).length > 0;
}

function staleParts(root, parts) {
  const stamps = readStamps(root);
  return parts.filter(
    (part) =>
      !existsSync(join(root, part.made)) || stamps[part.name] !== hashSources(root, part.sources),
  );
}

async function generateClient(root) {
  await runProgram(process.execPath, [binary('prisma'), 'generate'], {
    cwd: root,
    // `generate` needs no engine, but Prisma's command line downloads one at every call unless it's named.
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ?? process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: 'true',
    },
  });
}

async function compile(root) {
  // Types are checked by `npm run check`; here the code is only brought into JavaScript.
  await runProgram(
    process.execPath,
    [binary('typescript', 'tsc'), '-p', 'tsconfig.build.json', '--noCheck'],
    { cwd: root },
  );
  for (const folder of CODE) removeOrphans(root, join(root, 'dist', folder));
}

/** Compiled files whose source is gone. */
function removeOrphans(root, folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.js')) continue;
    const file = join(entry.parentPath, entry.name);
    const source = join(root, relative(join(root, 'dist'), file)).replace(/\.js$/, '');
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(file);
  }
}

async function bundle(root) {
  // A process of its own: the bundler takes 100 MB, and this one goes on as the supervisor.
  await runProgram(process.execPath, [join(root, 'cli', 'setup', 'bundle.mjs')], { cwd: root });
}

async function buildDashboard(root) {
  await runProgram(process.execPath, [binary('vite'), 'build', 'web', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** Path of a package's command line program, to be run by this Node. */
function binary(name, program = name) {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[program]);
}

function hashSources(root, sources) {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    for (const file of filesOf(path)) {
      hash
        .update(`${relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

function filesOf(path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true, recursive: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\.test\.tsx?$|\.mjs$|[/\\]generated[/\\]/.test(file))
    .sort();
}

function stampFile(root) {
  return join(root, 'dist', '.stamps.json');
}

function readStamps(root) {
  try {
    return JSON.parse(readFileSync(stampFile(root), 'utf8'));
  } catch {
    return {};
  }
}

function writeStamp(root, name, hash) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stampFile(root), JSON.stringify({ ...readStamps(root), [name]: hash }, null, 2));
}
