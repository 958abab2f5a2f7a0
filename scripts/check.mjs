// `npm run check`: what CI runs beside the tests. Each check runs even when an earlier one failed, so that one run
// tells everything.
import { join } from 'node:path';
import { build } from './build.mjs';
import { generate } from './generate.mjs';
import { install } from './install.mjs';
import { jest } from './jest.mjs';
import { node } from './run.mjs';

await install();

const bin = (...path) => join('node_modules', ...path);
const checks = {
  format: () => node([bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']),
  types: async () => {
    await build();
    return node([bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.spec.json']);
  },
  lint: () => node([bin('eslint', 'bin', 'eslint.js'), '.']),
  architecture: () => jest(['--selectProjects', 'architecture']),
  drift: async () => {
    await build();
    const drifted = await generate({ write: false });
    for (const file of drifted) process.stderr.write(`${file} is not what \`npm run generate\` writes\n`);
    return drifted.length;
  },
};

const asked = process.argv.slice(2);
const failed = [];
for (const [name, check] of Object.entries(checks)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const begun = Date.now();
  const code = await check().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    return 1;
  });
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)\n`);
  if (code !== 0) failed.push(name);
}
process.exitCode = failed.length === 0 ? 0 : 1;
