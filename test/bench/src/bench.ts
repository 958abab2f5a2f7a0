import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.js';
import { markdownOf } from './report/markdown.js';
import { writeDocuments } from './report/write-documents.js';
import { runBench } from './run-bench.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const { rounds, cellMs, only, json, write } = readOptions(process.argv.slice(2));
const report = (line: string): void => void process.stderr.write(`${line}\n`);
const findings = await runBench(
  { rounds, cellMs, isWanted: ({ name }) => name.includes(only), countsStatements: only === '' },
  report,
);
process.stdout.write(`${markdownOf(findings)}\n`);
if (json !== undefined) writeFileSync(json, `${JSON.stringify(findings, null, 2)}\n`);
if (write) await writeDocuments(root, findings);
