import ts from 'typescript';

/** A word that code chooses by: what stands in a case, a comparison, a key or a list. */
export interface Choice {
  readonly text: string;
  /** What the word is compared with, or the statement around it. */
  readonly beside: string;
}

const equalities = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
]);

/** Every word that a source text chooses by. */
export function choicesIn(text: string): Choice[] {
  const source = ts.createSourceFile('text.ts', text, ts.ScriptTarget.Latest, true);
  const choices: Choice[] = [];
  const visit = (node: ts.Node): void => {
    const word = ts.isStringLiteralLike(node) || ts.isIdentifier(node) ? node.text : undefined;
    const beside = word === undefined ? undefined : whatItChooses(node);
    if (word !== undefined && beside !== undefined) choices.push({ text: word, beside });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return choices;
}

function whatItChooses(node: ts.Node): string | undefined {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return parent.parent.parent.getText();
  if (!ts.isStringLiteralLike(node)) return undefined;
  if (ts.isCaseClause(parent)) return parent.parent.parent.expression.getText();
  if (ts.isBinaryExpression(parent) && equalities.has(parent.operatorToken.kind))
    return (parent.left === node ? parent.right : parent.left).getText();
  if (ts.isArrayLiteralExpression(parent)) return parent.parent.getText();
  if (ts.isElementAccessExpression(parent)) return parent.expression.getText();
  return undefined;
}
