import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { authMethods } from '@pontage/auth-methods';
import { describe, expect, it } from '@jest/globals';
import { root, sources, textOf } from '../tree.js';
import { choicesIn } from './choices.js';

const library = 'libs/auth-methods/src';
const ids = [...authMethods.keys()];
const homes = ids.map((id) => `${library}/${id}/`);
/** APIs that are called by every method: what an upstream names its own things after. */
const otherSide = 'examples/verifying-apis/';
/** These are words of other vocabularies, too: there they count where a method is spoken of. */
const commonWords = ['none', 'basic', 'session', 'digest'];
const isChoiceOfMethod = ({ text, beside }: { text: string; beside: string }): boolean =>
  ids.includes(text) && (!commonWords.includes(text) || /method|authentication/i.test(beside));

/** Where `none` is the contracts' word for no credential at all, and not a choice between methods. */
const noCredential = [
  'apps/gateway/src/control-plane/resource/given-authentication.ts none',
  'apps/resource-registry/src/resource/resource-store.postgres.ts none',
];

describe('an auth method', () => {
  it('has a folder of its own, named like its id', () => {
    const folders = readdirSync(join(root, library), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.sort()).toEqual([...ids].sort());
    for (const [id, method] of authMethods) expect(method.id).toBe(id);
  });

  it('is chosen by its id in no case, comparison, map or list outside its folder', () => {
    const outside = sources.filter((path) => ![...homes, otherSide].some((home) => path.startsWith(home)));
    const found = outside.flatMap((path) =>
      choicesIn(textOf(path))
        .filter(isChoiceOfMethod)
        .map(({ text }) => `${path} ${text}`),
    );
    expect(found.sort()).toEqual(noCredential);
  });

  it('would be found where it is chosen', () => {
    const text = `
      switch (method) { case 'oauth2': break; }
      if (lease.method === 'none' || 'bearer' !== x) y();
      const titles = { 'api-key': 'API key', bearer: 'Bearer' };
      const oauth = ['oauth2', 'x'].includes(id) || new Set(['bearer']).has(id) || titles['oauth2'];`;
    expect(
      choicesIn(text)
        .filter(isChoiceOfMethod)
        .map(({ text: id }) => id),
    ).toEqual(['oauth2', 'none', 'bearer', 'api-key', 'bearer', 'oauth2', 'bearer', 'oauth2']);
    expect(
      choicesIn(`if (access === 'none' || encoding === 'basic') x({ method: 'none' });`).filter(isChoiceOfMethod),
    ).toEqual([]);
  });

  it('is documented', () => {
    for (const id of ids) expect(textOf(`docs/guides/auth/${id}.md`)).toMatch(/^# /);
  });
});
