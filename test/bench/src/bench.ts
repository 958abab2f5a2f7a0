import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareBuilds, type CompareOptions } from './compare/compare-builds.js';
import { comparisonOf } from './compare/comparison.js';
import { readOptions } from './options.js';
import { markdownOf } from './report/markdown.js';
import { writeDocuments } from './report/write-documents.js';
import type { Group } from './rounds/groups.js';
import { runBench, type BenchOptions } from './run-bench.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const { rounds, cellMs, only, against, json, write } = readOptions(process.argv.slice(2));
const report = (line: string): void => void process.stderr.write(`${line}\n`);
/** Everything that was booted has to be taken down all the same. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error('interrupted')));
});
interrupted.catch(() => undefined);

try {
  const options = { rounds, cellMs, isWanted: ({ name }: Group) => only.test(name) };
  if (against === undefined) await measureAgainstPeers(options);
  else await measureAgainst({ ...options, against });
} catch (error) {
  report((error as Error).message);
  process.exitCode = 1;
}

async function measureAgainstPeers(options: Omit<BenchOptions, 'countsStatements'>): Promise<void> {
  const findings = await runBench({ ...options, countsStatements: true }, report, interrupted);
  print(markdownOf(findings), findings);
  if (write) await writeDocuments(root, findings);
}

async function measureAgainst(options: CompareOptions): Promise<void> {
  const compared = await compareBuilds(options, report, interrupted);
  print(compared.map(comparisonOf).join('\n'), compared);
}

function print(text: string, figures: unknown): void {
  process.stdout.write(`${text}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
}
