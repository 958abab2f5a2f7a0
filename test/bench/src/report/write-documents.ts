import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { Findings } from './findings.js';
import { headlines, reachedIn } from './goals.js';
import { markdownOf } from './markdown.js';

const begin = '<!-- bench: written by `npm run bench -- --write` -->';
const end = '<!-- bench: end -->';

/** Writes the figures into the documents that show them, between two comments. */
export async function writeDocuments(root: string, findings: Findings): Promise<void> {
  await replace(`${root}/docs/performance.md`, markdownOf(findings));
  await replace(`${root}/README.md`, sentence(findings));
}

async function replace(file: string, text: string): Promise<void> {
  const before = readFileSync(file, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file} has no place for the figures`);
  const after = `${before.slice(0, from)}${begin}\n\n${text}\n\n${before.slice(to)}`;
  writeFileSync(file, await format(after, { ...(await resolveConfig(file)), filepath: file }));
}

/** What a run comes to in a sentence; of one that is inconclusive nothing is quoted. */
export function sentence(findings: Findings): string {
  const [throughput, cpu] = [headlines.throughput, headlines.cpu].map((figure) =>
    reachedIn(findings).find((each) => each.figure === figure),
  );
  const isConclusive = [throughput, cpu].every((each) => each?.spread !== undefined && each.verdict !== 'inconclusive');
  if (!isConclusive)
    return 'The last run of the bench was inconclusive: its machine was busy with other work, so nothing of it is quoted here.';
  return [
    'Policy, credential, sealing and the record included, the query path does',
    `${throughput?.spread?.median.toFixed(2)} times the requests/s of a bare \`@fastify/http-proxy\` in the same run, 64 at a time,`,
    `for ${cpu?.spread?.median.toFixed(2)} times its processor time.`,
  ].join('\n');
}
