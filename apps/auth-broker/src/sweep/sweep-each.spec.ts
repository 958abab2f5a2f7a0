import { describe, expect, it } from '@jest/globals';
import { sweepEach } from './sweep-each.js';

describe('a sweep', () => {
  it('counts what there was in each organisation', async () => {
    expect(await sweepEach(['a', 'b'], async (org) => (org === 'a' ? 1 : 2))).toBe(3);
  });

  it('goes on behind an organisation that fails, and fails in the end', async () => {
    const swept: string[] = [];
    const cause = new Error('too slow');
    const sweep = async (org: string): Promise<number> => {
      if (org !== 'c') throw org === 'a' ? cause : new Error('also');
      return swept.push(org);
    };
    await expect(sweepEach(['a', 'b', 'c'], sweep)).rejects.toMatchObject({
      message: '2 of 3 organisations could not be swept, a the first',
      cause,
    });
    expect(swept).toEqual(['c']);
  });
});
