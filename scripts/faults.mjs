// `npm run faults`: the tests that kill, cut, flood and slow things down, and what they saw as a table; `--write` puts it into
// docs/reliability.md. Without it the promises there would be somebody's memory.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { jest } from './jest.mjs';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';

const tests = [
  'test/faults',
  'egress-worker/src/policy',
  'auth-broker/src/consent/refresh-races',
  ...['forbidden-destinations', 'people-secrets', 'regions', 'revoked-in-flight'].map((name) => `test/e2e/${name}`),
];
/** At the size that was promised; `npm test` has less time. */
const size = { PONTAGE_TEST_DOWN_MS: 30_000, PONTAGE_TEST_FLOOD_SECONDS: 60, PONTAGE_TEST_REFRESH_ROUNDS: 50 };
const page = join(root, 'docs', 'reliability.md');
const [begin, end] = ['<!-- figures -->', '<!-- end of figures -->'];

/** The lines of a file of figures as a table, those of one title in one row. */
function tableOf(file) {
  const rows = new Map();
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const { title, says } = JSON.parse(line);
    rows.set(title, [...(rows.get(title) ?? []), says.replaceAll('\n', '<br>').replaceAll('|', '\\|')]);
  }
  const byTitle = [...rows].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  const lines = byTitle.map(([title, says]) => `| ${title} | ${says.join('<br>')} |`);
  return ['| what was done | what was seen |', '| --- | --- |', ...lines].join('\n');
}

await prepare();
const folder = mkdtempSync(join(tmpdir(), 'pontage-figures-'));
try {
  process.env.PONTAGE_FIGURES = join(folder, 'figures');
  for (const [name, value] of Object.entries(size)) process.env[name] ??= String(value);
  // One after the other: two at once would measure one another.
  process.exitCode = await jest(['--runInBand', ...tests]);
  const table = tableOf(process.env.PONTAGE_FIGURES);
  process.stdout.write(`\n${table}\n`);
  if (process.argv.includes('--write') && process.exitCode === 0) {
    const text = readFileSync(page, 'utf8');
    const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))];
    const where = `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.versions.node}.`;
    const written = `${before}${begin}\n\n${where}\n\n${table}\n\n${after}`;
    writeFileSync(page, await format(written, { ...(await resolveConfig(page)), filepath: page }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
