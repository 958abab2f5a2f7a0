import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { sources, textOf } from '../tree.js';

/** The lines on which a text writes a subject of the bus by itself. */
function subjectsIn(text: string): string[] {
  const source = ts.createSourceFile('text.ts', text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const words = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) ? node.text : '';
    if (/^v\d+\./.test(words))
      found.push(`${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${words}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('subjects of the bus', () => {
  it('are written in libs/contracts and nowhere else', () => {
    const elsewhere = sources.filter((path) => !path.startsWith('libs/contracts/'));
    expect(elsewhere.flatMap((path) => subjectsIn(textOf(path)).map((found) => `${path}:${found}`))).toEqual([]);
  });

  it('would be found, however they are written', () => {
    expect(subjectsIn("a('v1.x.y.z');\nb(`v1.events.${action}`);\nc(`v2.x`);\nd('/api/v1/x');")).toEqual([
      '1: v1.x.y.z',
      '2: v1.events.',
      '3: v2.x',
    ]);
    expect(
      sources.filter((path) => path.startsWith('libs/contracts/')).some((path) => subjectsIn(textOf(path)).length > 0),
    ).toBe(true);
  });
});
