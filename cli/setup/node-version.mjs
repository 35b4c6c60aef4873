const LEAST = [20, 19];

/** Ends the process with a message when this Node is too old to run Runyard. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return;
  process.stderr.write(
    `Runyard needs Node.js ${LEAST.join('.')} or newer; this is ${process.versions.node}. ` +
      `Install a newer one from https://nodejs.org and start again.\n`,
  );
  process.exit(2);
}
