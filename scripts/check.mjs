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
/** The longest first: two run at a time. */
const checks = {
  lint: () => node([bin('eslint', 'bin', 'eslint.js'), '.']),
  format: () => node([bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']),
  types: () => node([bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.spec.json']),
  architecture: () => jest(['--selectProjects', 'architecture']),
  drift: async () => {
    const drifted = await generate({ write: false });
    for (const file of drifted) process.stderr.write(`${file} is not what \`npm run generate\` writes\n`);
    return drifted.length;
  },
};

const asked = process.argv.slice(2);
const waiting = Object.entries(checks).filter(([name]) => asked.length === 0 || asked.includes(name));
const failed = [];

/** Runs one check after the other of those that nobody has taken yet. */
async function lane() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, check] = next;
    const begun = Date.now();
    const code = await check().catch((error) => {
      process.stderr.write(`${error.message}\n`);
      return 1;
    });
    process.stdout.write(
      `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)\n`,
    );
    if (code !== 0) failed.push(name);
  }
}

await build().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  failed.push('build');
});
await Promise.all([lane(), lane()]);
process.exitCode = failed.length === 0 ? 0 : 1;
