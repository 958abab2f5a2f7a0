#!/usr/bin/env node
// The `pontage` command. It runs the bundle that `npm run build` (or any `npm start`) makes.
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/bundle/main.mjs', import.meta.url);
if (!existsSync(bundle)) {
  process.stderr.write('pontage is not built yet: run `npm run build` first.\n');
  process.exit(1);
}
await import(bundle.href);
