// `npm start`: installs and builds what is needed, then becomes the launcher. It is one process, so that a Ctrl-C or
// a SIGTERM from npm reaches the one that drains.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';

await prepare();
process.argv.splice(2, 0, 'start');
await import(pathToFileURL(join(root, 'apps', 'cli', 'dist', 'bundle', 'main.mjs')));
