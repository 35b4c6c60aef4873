import { readFileSync, writeFileSync } from 'node:fs';

/** What the names of platform packages say, as npm's `os`, `cpu` and `libc` have it. */
const OS = { darwin: 'darwin', linux: 'linux', win32: 'win32', windows: 'win32' };
const OTHER_OS = ['android', 'freebsd', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix'];
const CPU = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32'];
const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/**
 * Optional packages that a lock file's packages name and that it has no entry for, by path. npm
 * leaves out those that the registry at hand doesn't carry, which are the ones of other platforms
 * where that is a partial mirror; and then `npm ci` refuses the lock file, here and everywhere.
 */
export function missingOptionals({ packages }) {
  const missing = {};
  for (const [path, owner] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      if (isResolved(packages, path, name)) continue;
      missing[`node_modules/${name}`] = {
        version,
        ...(owner.dev ? { dev: true } : {}),
        ...platformOf(name),
        optional: true,
      };
    }
  }
  return missing;
}

/** Adds those entries to a lock file. They carry no checksum, as nothing here has seen the packages. */
export function completeLock(file) {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptionals(lock);
  if (Object.keys(missing).length === 0) return;
  const { '': root, ...rest } = { ...lock.packages, ...missing };
  const sorted = Object.entries(rest).sort(([one], [other]) => one.localeCompare(other, 'en'));
  lock.packages = { '': root, ...Object.fromEntries(sorted) };
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}

/** Looks for a package as Node does: beside its owner, then further up. */
function isResolved(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at ? `${at}/` : ''}node_modules/${name}` in packages) return true;
    if (at === '') return false;
    if (!at.includes('/node_modules/')) at = '';
  }
}

function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.map((word) => OS[word] ?? (OTHER_OS.includes(word) ? word : null)).find(Boolean);
  const cpu = words.find((word) => CPU.includes(word));
  const libc = os === 'linux' ? words.map((word) => LIBC[word]).find(Boolean) : undefined;
  return {
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(libc ? { libc: [libc] } : {}),
    ...(os ? { os: [os] } : {}),
  };
}
