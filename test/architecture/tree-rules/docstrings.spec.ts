import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { sources, textOf } from '../tree.js';

/** Exports that say nothing about what whoever uses them gets. Those that follow on without a blank line share a sentence. */
function undocumented(text: string): string[] {
  const source = ts.createSourceFile('text.ts', text, ts.ScriptTarget.Latest, true);
  const names: string[] = [];
  let shared = false;
  for (const statement of source.statements) {
    const isNext = !/\n\s*\n/.test(text.slice(statement.pos, statement.getStart()));
    shared = isDocumented(statement) || (shared && isNext);
    if (isExported(statement) && !shared && !speaksForItself(statement)) names.push(nameOf(statement));
  }
  return names;
}

const isExported = (statement: ts.Statement): boolean =>
  !ts.isExportDeclaration(statement) &&
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);

const isDocumented = (statement: ts.Statement): boolean => ts.getJSDocCommentsAndTags(statement).length > 0;

/**
 * A type that is derived from a value beside it; a problem, whose title is its sentence; a contract, whose subject is;
 * and a class whose decorator says what it is (the server of a contract, a row).
 */
function speaksForItself(statement: ts.Statement): boolean {
  if (ts.isTypeAliasDeclaration(statement))
    return /^(?:z\.(?:infer|input|output)<|ValueOf<|\(typeof|typeof|ReturnType<)/.test(statement.type.getText());
  if (ts.isClassDeclaration(statement)) return (ts.getDecorators(statement) ?? []).length > 0;
  return ts.isVariableStatement(statement) && /= (?:defineProblem|requestContract)\(/.test(statement.getText());
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  return 'name' in statement ? (statement.name as ts.Node).getText() : statement.getText().slice(0, 40);
}

describe('exports', () => {
  it('have one sentence each about what the caller gets', () => {
    const checked = sources.filter((path) => !/\.generated\.ts$|\/migrations\/|\.module\.ts$/.test(path));
    expect(checked.flatMap((path) => undocumented(textOf(path)).map((name) => `${path}: ${name}`))).toEqual([]);
  });

  it('would be found without one', () => {
    const text = [
      'export const a = 1;\n\n/** B and b2. */\nexport const b = 2;\nexport const b2 = 3;\n\nexport type C = z.infer<typeof b>;',
      '\nexport function d() {}\n\nclass E {}\n\n// no docstring\nexport interface F {}',
    ].join('\n');
    expect(undocumented(text)).toEqual(['a', 'd', 'F']);
  });
});
