import { matrixScopes, type Cell } from './expected-cell.js';
import { matrixAccesses } from './matrix-accesses.js';
import { matrixRoutes } from './matrix-routes.js';

/** What was seen, by route, access and scope. */
export type Observed = ReadonlyMap<string, Cell>;

/** Where a cell is kept. */
export const keyOf = (route: string, access: string, scope: string): string => `${route} | ${access} | ${scope}`;

const signs: Readonly<Record<string, string>> = {
  done: '+',
  'left out': 'o',
  '404 not-found': 'n',
  '403 forbidden': 'f',
  '403 missing-scope': 's',
};

/** For a terminal: a line per route, three signs per access. */
export function compactTable(seen: Observed): string {
  const width = Math.max(...matrixRoutes.map(({ route }) => route.length));
  const columns = matrixAccesses.map(({ title }) => ({ title, width: Math.max(title.length, matrixScopes.length) }));
  const head = ['', ...columns.map(({ title, width: of }) => title.padEnd(of))];
  const lines = matrixRoutes.map(({ route }) => [
    route,
    ...columns.map(({ title, width: of }) =>
      matrixScopes
        .map((scope) => seen.get(keyOf(route, title, scope))?.outcome ?? '')
        .map((outcome) => signs[outcome] ?? '?')
        .join('')
        .padEnd(of),
    ),
  ]);
  const legend = '+ done, o left out, n not-found, f forbidden, s missing-scope; without the scope, with it, admin';
  return [...[head, ...lines].map(([first = '', ...rest]) => [first.padEnd(width), ...rest].join('  ')), legend].join(
    '\n',
  );
}

/** For the guide: what a token with the scope sees. */
export function guideTable(seen: Observed): string {
  const rows = [
    ['', ...matrixAccesses.map(({ title }) => title)],
    ...matrixRoutes.map(({ route }) => [
      `\`${route}\``,
      ...matrixAccesses.map(({ title }) => inWords(seen.get(keyOf(route, title, 'with'))?.outcome ?? '')),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = lineOf(widths.map((width) => '-'.repeat(width)));
  return rows.flatMap((row, index) => (index === 0 ? [lineOf(row), rule] : [lineOf(row)])).join('\n');
}

const inWords = (outcome: string): string =>
  outcome === 'done' ? 'yes' : outcome === 'left out' ? 'left out' : outcome.slice(0, 3);
