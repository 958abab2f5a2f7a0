import { describe, expect, it } from '@jest/globals';
import { changesBetween } from './changes.js';

describe('changesBetween', () => {
  it('points at what differs, as deep as both go', () => {
    const before = {
      name: 'a',
      pairs: [
        ['x', '1'],
        ['y', '2'],
      ],
      nested: { same: 1, other: null },
    };
    const after = {
      name: 'b',
      pairs: [
        ['x', '1'],
        ['y', '3'],
        ['z', '4'],
      ],
      nested: { same: 1, other: { deep: true } },
    };
    expect(changesBetween(before, after)).toEqual([
      { pointer: '/name', from: 'a', to: 'b' },
      { pointer: '/pairs/1/1', from: '2', to: '3' },
      { pointer: '/pairs/2', from: null, to: ['z', '4'] },
      { pointer: '/nested/other', from: null, to: { deep: true } },
    ]);
  });

  it('writes null for what is not there', () => {
    expect(changesBetween({ gone: 1 }, { come: 2 })).toEqual([
      { pointer: '/gone', from: 1, to: null },
      { pointer: '/come', from: null, to: 2 },
    ]);
  });

  it('escapes names as RFC 6901 has it', () => {
    expect(changesBetween({ 'a/b~c': 1 }, { 'a/b~c': 2 })[0]?.pointer).toBe('/a~1b~0c');
  });

  it('takes a list for another thing than an object', () => {
    expect(changesBetween({ a: [] }, { a: {} })).toEqual([{ pointer: '/a', from: [], to: {} }]);
    expect(changesBetween({ a: [1] }, { a: [1] })).toEqual([]);
  });
});
