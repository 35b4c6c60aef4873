import { auditFigures } from './audit-figures.ts';
import { table } from './figures.ts';

// `node --import tsx bench/audit.ts`: the figures of the audit log alone.
console.log(table(await auditFigures()));
