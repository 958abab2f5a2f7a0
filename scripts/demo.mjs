// `npm run demo`: plays the main job against a Pontage of its own, on free ports and with data that is thrown away.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';

await prepare();
process.argv.splice(2, 0, 'demo');
await import(pathToFileURL(join(root, 'apps', 'cli', 'dist', 'bundle', 'main.mjs')));
