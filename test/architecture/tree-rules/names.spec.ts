import { dirname, basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, textOf } from '../tree.js';

const code = ['apps', 'libs', 'test', 'examples', 'scripts']
  .flatMap(filesBelow)
  .filter((path) => /\.(?:ts|mjs)$/.test(path));
const written = code.filter((path) => !path.endsWith('.generated.ts'));
const linesOf = (path: string): number => textOf(path).split('\n').length - 1;

/** Names under which anything may be put, and is. */
const meaningless = /^(?:utils?|common|shared|helpers?|core|types?|interfaces?|constants?|misc|lib|base)$/;
/** Folders by kind: one change would touch five of them. */
const byKind = /^(?:services|controllers|dtos?|entities|models|repositories|providers|modules|enums)$/;

describe('files and folders', () => {
  it('are named after what they are', () => {
    const isBad = (path: string): boolean => {
      const [, ...words] = path.split('/').map((part) => part.replace(/\..*$/, ''));
      return words.some((word) => meaningless.test(word)) || words.slice(0, -1).some((folder) => byKind.test(folder));
    };
    expect(code.filter(isBad)).toEqual([]);
    expect(
      ['libs/x/src/utils.ts', 'libs/helpers/src/x.ts', 'apps/x/src/types/x.ts', 'apps/x/src/dto/y.ts'].every(isBad),
    ).toBe(true);
  });

  it('carry no suffix that says what the folder says', () => {
    expect(
      code.filter((path) => /\.(?:service|controller|dto|interface|type|enum|helper|util|repository)\.ts$/.test(path)),
    ).toEqual([]);
  });

  it('are written in kebab-case', () => {
    expect(code.filter((path) => !path.split('/').every((part) => /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(part)))).toEqual(
      [],
    );
  });

  it('stay small: 15 files in a folder beside their tests, 300 lines in a file', () => {
    const counts = new Map<string, number>();
    for (const path of code.filter((each) => !/\.(?:spec|fixture|conformance)\.ts$/.test(each)))
      counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 15)).toEqual([]);
    expect(written.map((path) => [path, linesOf(path)] as const).filter(([, lines]) => lines > 300)).toEqual([]);
  });

  it('are mostly much smaller', () => {
    const lines = written
      .filter((path) => !/\.spec\.ts$/.test(path))
      .map(linesOf)
      .sort((a, b) => a - b);
    const median = lines[Math.floor(lines.length / 2)] ?? 0;
    process.stdout.write(`${lines.length} source files, median ${median} lines, longest ${lines.at(-1)}\n`);
    expect(median).toBeLessThan(90);
  });

  it('switch off no rule without a reason', () => {
    const silent = code.flatMap((path) =>
      textOf(path)
        .split('\n')
        .filter((line) => /(?:^|\s)\/[/*] *eslint-disable/.test(line) && !/ -- \S/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(silent).toEqual([]);
  });

  it('end in index.ts only where a package begins', () => {
    const inner = code.filter((path) => basename(path) === 'index.ts' && /^(?:apps|libs)\//.test(path));
    const entries = new Set(
      ['libs']
        .flatMap(filesBelow)
        .filter((path) => /^libs\/[^/]+\/package\.json$/.test(path))
        .flatMap((path) => entriesOf(path)),
    );
    expect(inner.filter((path) => !entries.has(path))).toEqual([]);
  });
});

function entriesOf(manifest: string): string[] {
  const { exports } = JSON.parse(textOf(manifest)) as { exports: Record<string, { '@pontage/source': string }> };
  return Object.values(exports).map((entry) => `${dirname(manifest)}/${entry['@pontage/source'].replace('./', '')}`);
}
