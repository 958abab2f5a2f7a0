import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** What the compiler says of texts that stand beside the client, each in a file of its own. */
function complaintsAbout(texts: readonly string[]): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  };
  const head = `import { PontageClient } from './index.js';\nconst client = new PontageClient({ url: 'http://h' });\n`;
  const files = new Map(texts.map((text, index) => [`${folder}text-${index}.ts`, head + text]));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((name) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
      .join('\n'),
  );
}

const right = `
const { version } = await client.call('findResource', { path: { id: 'x' } });
const next: number = version + 1;
for await (const { requestId } of client.all('listAuditEvents', { query: { order: 'asc' } })) String(requestId?.length ?? next);
await client.call('createResource', { body: { name: 'x', baseUrl: 'https://h', headers: [['A', { secret: 's' }]] } });
const gone: undefined = await client.call('deleteApp', { path: { uuid: 'x' } });
void gone;`;

const cases: readonly (readonly [says: string, text: string, complaint: RegExp])[] = [
  ['takes what an operation takes', right, /^$/],
  ['refuses an operation that there is not', `await client.call('findResourse', {});`, /findResourse/],
  [
    'refuses a field that there is not',
    `await client.call('createResource', { body: { name: 'x', baseURL: 'https://h' } });`,
    /baseURL/,
  ],
  [
    'refuses a field of another type',
    `await client.call('findGroup', { path: { id: 'x' } });`,
    /'string' is not assignable/,
  ],
  ['wants what is required', `await client.call('findResource');`, /Expected 2-3 arguments/],
  ['knows its enumerations', `await client.call('listAuditEvents', { query: { order: 'up' } });`, /"up"|'up'/],
  ['knows the answers', `(await client.call('findResource', { path: { id: 'x' } })).nmae;`, /nmae/],
  ['iterates lists only', `for await (const x of client.all('findCaller')) void x;`, /findCaller/],
];

describe('the types of PontageClient', () => {
  let complaints: string[] = [];
  beforeAll(() => {
    complaints = complaintsAbout(cases.map(([, text]) => text));
  }, 120_000);

  it.each(cases.map(([says, , complaint], index) => ({ says, complaint, index })))('$says', ({ complaint, index }) => {
    expect(complaints[index]).toMatch(complaint);
  });
});
