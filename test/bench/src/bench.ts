import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.js';
import { markdownOf } from './report/markdown.js';
import { writeDocuments } from './report/write-documents.js';
import type { Group } from './rounds/groups.js';
import { runBench } from './run-bench.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const { rounds, cellMs, only, json, write } = readOptions(process.argv.slice(2));
const report = (line: string): void => void process.stderr.write(`${line}\n`);
/** Everything that was booted has to be taken down all the same. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error('interrupted')));
});
interrupted.catch(() => undefined);

try {
  const options = { rounds, cellMs, isWanted: ({ name }: Group) => only.test(name), countsStatements: true };
  const findings = await runBench(options, report, interrupted);
  process.stdout.write(`${markdownOf(findings)}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(findings, null, 2)}\n`);
  if (write) await writeDocuments(root, findings);
} catch (error) {
  report((error as Error).message);
  process.exitCode = 1;
}
