import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository: this code runs as `apps/cli/dist/bundle/main.mjs` in it. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

/** The built entry of an app: `main`, or `migrate` where it keeps state. */
export function bundleOf(app: string, entry: 'main' | 'migrate' = 'main'): string {
  const bundle = join(root, app.includes('/') ? app : join('apps', app), 'dist', 'bundle', `${entry}.mjs`);
  if (!existsSync(bundle)) throw new Error(`${app} is not built: run \`npm run build\``);
  return bundle;
}
