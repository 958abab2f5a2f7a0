import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, root, sources, textOf } from '../tree.js';

const pages = filesBelow('.').filter((path) => path.endsWith('.md'));
/** Of the tests, of nats-server, and names that are put together. */
const undocumented = new Set([
  'PONTAGE_BUS_STRICT',
  'PONTAGE_FIGURES',
  'PONTAGE_WRITE_TABLE',
  'PONTAGE_NATS_HUB_URL',
  'PONTAGE_NATS_PASSWORD_',
  'PONTAGE_DATABASE_PASSWORD_',
]);

describe('the documentation', () => {
  it('leads nowhere that is not there', () => {
    const dead = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]+)/g)]
        .map(([, target = '']) => join(dirname(page), target))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(dead).toEqual([]);
    expect(pages.length).toBeGreaterThan(60);
  });

  it('names every variable of the environment that a process reads', () => {
    const read = new Set(
      sources.flatMap((path) => [...textOf(path).matchAll(/\bPONTAGE_[A-Z0-9_]+/g)].map(([name]) => name)),
    );
    const guide = textOf('docs/guides/running-in-production.md');
    expect([...read].filter((name) => !undocumented.has(name) && !guide.includes(`\`${name}\``)).sort()).toEqual([]);
  });

  it('names no variable that nobody reads', () => {
    const code = sources.map(textOf).join('\n');
    const named = new Set(
      pages.flatMap((page) => [...textOf(page).matchAll(/`(PONTAGE_[A-Z0-9_]+)/g)].map(([, name = '']) => name)),
    );
    expect([...named].filter((name) => !undocumented.has(name) && !code.includes(name)).sort()).toEqual([]);
  });

  it('says something of every app and library', () => {
    const map = textOf('ARCHITECTURE.md');
    const rooms = ['apps', 'libs']
      .flatMap(filesBelow)
      .flatMap((path) => /^(?:apps|libs)\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? []);
    expect(rooms.filter((room) => !map.includes(`\`${room}\``))).toEqual([]);
    expect(map.split('\n').length).toBeLessThanOrEqual(300);
  });
});
