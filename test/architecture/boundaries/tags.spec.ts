import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projects, root, textOf } from '../tree.js';

/** What a folder holds, by its place; a tag that says otherwise would lift the rules of its place. */
const typesOf: Readonly<Record<string, readonly string[]>> = {
  apps: ['type:app'],
  libs: ['type:contract', 'type:domain', 'type:adapter', 'type:browser', 'type:test'],
  test: ['type:test'],
  examples: ['type:example'],
};

describe('the tags that the boundaries go by', () => {
  it('exist for every folder that holds a project', () => {
    const folders = ['apps', 'libs', 'examples'].flatMap((kind) =>
      readdirSync(join(root, kind)).map((name) => `${kind}/${name}`),
    );
    expect(projects.map(({ folder }) => folder)).toEqual(expect.arrayContaining(folders));
  });

  it.each(projects)('say exactly one type, one platform and the scope of $folder', ({ folder, tags }) => {
    const [kind = '', name = ''] = folder.split('/');
    const starting = (prefix: string): string[] => tags.filter((tag) => tag.startsWith(prefix));
    expect(starting('type:')).toHaveLength(1);
    expect(typesOf[kind]).toEqual(expect.arrayContaining(starting('type:')));
    expect(starting('platform:')).toHaveLength(1);
    expect(starting('scope:')).toEqual([`scope:${name}`]);
  });

  it('know one holder of stored secrets', () => {
    expect(projects.filter(({ tags }) => tags.includes('holds:secrets')).map(({ folder }) => folder)).toEqual([
      'libs/envelope',
    ]);
  });

  it('leave no dependency to a workspace: there is one version of each, at the root', () => {
    for (const { folder } of projects) {
      const manifest = JSON.parse(textOf(`${folder}/package.json`)) as Record<string, unknown>;
      expect({ folder, ...manifest }).not.toHaveProperty('dependencies');
      expect({ folder, ...manifest }).not.toHaveProperty('devDependencies');
      expect({ folder, ...manifest }).not.toHaveProperty('scripts');
    }
  });

  it('reach Nx: every project can be built or linted, and tested, by name', () => {
    for (const { folder } of projects) {
      const { nx } = JSON.parse(textOf(`${folder}/package.json`)) as { nx: { targets: object } };
      expect({ folder, targets: Object.keys(nx.targets) }).toEqual({
        folder,
        targets: expect.arrayContaining(['test', 'lint']),
      });
    }
  });
});
