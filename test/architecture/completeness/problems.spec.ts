import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as problems from '@pontage/problems';
import { statusOf } from '../../../apps/gateway/src/problems/status-of.js';
import { root, textOf } from '../tree.js';

const catalogue = [...problems.problemCatalogue.values()];

describe('the problems', () => {
  it('are all in the catalogue, which is what crosses process boundaries', () => {
    const defined = Object.values(problems).flatMap((value) =>
      typeof value === 'function' && 'slug' in value ? [value.slug] : [],
    );
    expect(catalogue.map(({ slug }) => slug).sort()).toEqual(defined.sort());
  });

  it('have a page each, and no page is left over', () => {
    const pages = readdirSync(join(root, 'docs/problems')).map((name) => name.replace(/\.md$/, ''));
    expect(pages.sort()).toEqual(catalogue.map(({ slug }) => slug).sort());
  });

  it.each(catalogue)('say on the page of $slug what happened and who should do what', ({ slug, kind, title }) => {
    const [heading, , ...rest] = textOf(`docs/problems/${slug}.md`).split('\n');
    expect(heading).toBe(`# ${slug} (${statusOf[kind]}): ${title}`);
    const text = rest.join('\n');
    expect(text).toMatch(/^\S[\s\S]+\n## What the caller should do\n\n\S[\s\S]+\n## What the operator should do\n\n\S/);
    // The gateway renders these pages: paragraphs, lists and code are what it knows.
    expect(text.split('\n').filter((line) => /\]\(|\*\*|^\d+\.|^#(?!# What )|^```/.test(line))).toEqual([]);
  });
});
