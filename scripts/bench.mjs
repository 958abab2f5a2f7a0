// `npm run bench`: measures the query path against its peers in the same run, and prints the ratios. Without it a claim
// about speed would be a memory of some machine.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';

await prepare();
await import(pathToFileURL(join(root, 'test', 'bench', 'dist', 'bench.js')));
