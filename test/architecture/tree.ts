import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's folder. */
export const root = dirname(dirname(import.meta.dirname));

const skipped = new Set(['node_modules', 'dist', '.nx', '.git', '.pontage', 'coverage']);

/** Every file below a folder of the repository, as a path from its root; what is installed or built is left out. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** The text of a file of the repository. */
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A workspace: an app, a library, a test project or an example. */
export interface Project {
  /** Its folder from the root. */
  readonly folder: string;
  readonly name: string;
  readonly tags: readonly string[];
}

/** Every workspace, found by looking. */
export const projects: readonly Project[] = ['apps', 'libs', 'test', 'examples']
  .flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`))
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  .map((folder) => {
    const { name, nx } = JSON.parse(textOf(`${folder}/package.json`)) as { name: string; nx?: { tags?: string[] } };
    return { folder, name, tags: nx?.tags ?? [] };
  });

/** The TypeScript that runs: no tests, no fixtures, no declarations. */
export const sources: readonly string[] = ['apps', 'libs', 'examples']
  .flatMap(filesBelow)
  .filter(
    (path) => /\/src\/.*\.ts$/.test(path) && !/\.(?:spec|conformance|fixture|d)\.ts$|\/src\/testing\//.test(path),
  );
