// Lints texts as if they stood in a file of the tree, in one process of its own: jest's module loader is no place for
// ESLint and its plugins. Reads [{ file, text, types }] from stdin, writes [[rule id or null, message], …] for each to stdout.
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

// The parser takes CI for one run over the files as they are on disk, and would read them instead of the texts.
delete process.env.CI;

const typed = new ESLint();
const untyped = new ESLint({ overrideConfig: { ...tseslint.configs.disableTypeChecked, files: ['**/*.ts'] } });
const findings = [];
for (const { file, text: code, types } of JSON.parse(await text(process.stdin))) {
  const [result] = await (types ? typed : untyped).lintText(code, { filePath: file });
  findings.push(result.messages.map(({ ruleId, message }) => [ruleId, message]));
}
process.stdout.write(JSON.stringify(findings));
