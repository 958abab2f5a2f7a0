// `npm test`: every test there is, on the bundles that a start would run. Arguments go to jest; its closing count is
// the last thing printed.
import { build } from './build.mjs';
import { install } from './install.mjs';
import { jest } from './jest.mjs';

await install();
await build();
process.exitCode = await jest(process.argv.slice(2));
