import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Folder of the checkout or installation: the nearest folder above this file that holds a
 * `package.json`. It's the same whether the code runs from its sources or from `dist/`.
 *
 * @throws Error when no folder above holds one
 */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}
