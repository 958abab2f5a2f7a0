import { templateUnsupported } from '@pontage/problems';

/** The names and indexes from the scope down to a value. */
export type Path = readonly string[];

/** A text with its `{{ path }}` places found: literal text and paths, in order. */
export interface Template {
  readonly parts: readonly (string | Path)[];
}

const identifier = '[\\p{ID_Start}_$][\\p{ID_Continue}$]*';
const firstName = new RegExp(`\\s*(${identifier})`, 'uy');
const member = new RegExp(
  `\\s*(?:\\.\\s*(${identifier})|\\[\\s*(?:(0|[1-9]\\d{0,8})|("(?:[^"\\\\]|\\\\.)*")|'([^'\\\\]*)')\\s*\\])`,
  'uy',
);
const closing = /\s*\}\}/uy;

/**
 * Finds the `{{ }}` places of a text. Only plain paths are resolved: `{{ a.b }}`, `{{ a["b"] }}`, `{{ a[0] }}`.
 * An opening `{{` without a closing `}}` is text.
 * @throws templateUnsupported for every other expression, naming it.
 */
export function parseTemplate(text: string): Template {
  const parts: (string | Path)[] = [];
  let from = 0;
  for (let open = text.indexOf('{{'); open !== -1 && text.indexOf('}}', open) !== -1; open = text.indexOf('{{', from)) {
    const { path, end } = readPath(text, open + 2);
    if (open > from) parts.push(text.slice(from, open));
    parts.push(path);
    from = end;
  }
  if (from < text.length || parts.length === 0) parts.push(text.slice(from));
  return { parts };
}

/** The paths of a template, in the order of the text. */
export function templatePaths(template: Template): Path[] {
  return template.parts.filter((part) => typeof part !== 'string');
}

/** The names of the configuration variables that a template names, each as often as it does. */
export function variablesIn(template: Template): string[] {
  return templatePaths(template).flatMap(([root, name]) => (root === 'config' && name !== undefined ? [name] : []));
}

/** The path as the template's author could have written it. */
export function pathText(path: Path): string {
  return path.reduce((text, name, index) => {
    if (index === 0) return name;
    if (/^(?:0|[1-9]\d*)$/.test(name)) return `${text}[${name}]`;
    return new RegExp(`^${identifier}$`, 'u').test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`;
  }, '');
}

function readPath(text: string, start: number): { path: Path; end: number } {
  const first = matchAt(firstName, text, start);
  if (first === undefined) throw unsupported(text, start);
  const path = [first[1] ?? ''];
  let end = start + first[0].length;
  for (let next = matchAt(member, text, end); next !== undefined; next = matchAt(member, text, end)) {
    path.push(memberName(next, text, start));
    end += next[0].length;
  }
  const close = matchAt(closing, text, end);
  if (close === undefined) throw unsupported(text, start);
  return { path, end: end + close[0].length };
}

function memberName([, name, index, doubleQuoted, singleQuoted]: RegExpExecArray, text: string, start: number): string {
  if (doubleQuoted === undefined) return name ?? index ?? singleQuoted ?? '';
  try {
    return JSON.parse(doubleQuoted) as string;
  } catch {
    throw unsupported(text, start);
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function unsupported(text: string, start: number): Error {
  const end = text.indexOf('}}', start);
  const expression = text.slice(start, end).trim();
  const shown = expression.length > 100 ? `${expression.slice(0, 100)}…` : expression;
  return templateUnsupported(
    {},
    { detail: `{{ ${shown} }} is not a plain path such as {{ params.name }}; expressions are not supported.` },
  );
}
