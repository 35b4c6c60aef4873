// Rules of our own for oxlint: what its own rules can't say.

const CHILD_PROCESS = new Set(['child_process', 'node:child_process']);
const SHELLS = new Set(['exec', 'execSync']);

const isMember = (node, object, property) =>
  node.type === 'MemberExpression' &&
  node.object.type === 'Identifier' &&
  node.object.name === object &&
  node.property.type === 'Identifier' &&
  node.property.name === property;

const noShell = {
  create(context) {
    const namespaces = new Set();
    return {
      ImportDeclaration(node) {
        if (!CHILD_PROCESS.has(node.source.value)) return;
        for (const specifier of node.specifiers) {
          if (specifier.type !== 'ImportSpecifier') namespaces.add(specifier.local.name);
          else if (SHELLS.has(specifier.imported.name)) {
            context.report({
              node: specifier,
              message: 'No shell: use spawn or execFile with argv',
            });
          }
        }
      },
      MemberExpression(node) {
        if (node.object.type !== 'Identifier' || !namespaces.has(node.object.name)) return;
        if (SHELLS.has(node.property.name)) {
          context.report({ node, message: 'No shell: use spawn or execFile with argv' });
        }
      },
      Property(node) {
        const name = node.key.name ?? node.key.value;
        if (name !== 'shell' || (node.value.type === 'Literal' && node.value.value === false))
          return;
        context.report({ node, message: 'No shell: pass argv, and leave `shell` out' });
      },
    };
  },
};

const noClock = {
  create(context) {
    const report = (node, what) =>
      context.report({ node, message: `${what} is not pure: take it as an argument` });
    return {
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0) report(node, 'The clock');
      },
      MemberExpression(node) {
        if (isMember(node, 'Date', 'now') || isMember(node, 'performance', 'now')) {
          report(node, 'The clock');
        }
        if (isMember(node, 'Math', 'random')) report(node, 'Chance');
      },
    };
  },
};

export default {
  meta: { name: 'runyard' },
  rules: { 'no-shell': noShell, 'no-clock': noClock },
};
