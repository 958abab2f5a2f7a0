// `npm test`: every test there is, on the bundles that a start would run. Arguments go to jest; its closing count is
// the last thing printed.
import { jest } from './jest.mjs';
import { prepare } from './prepare.mjs';

await prepare();
process.exitCode = await jest(process.argv.slice(2));
