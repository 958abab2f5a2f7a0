import { describe, expect, it } from '@jest/globals';
import { spreadOf } from './spread.js';

describe('spreadOf', () => {
  it('is the median and the quartiles, whatever the order', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
    expect(spreadOf([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
  });

  it('is a value itself when there is but one, and no number when there is none', () => {
    expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7 });
    expect(spreadOf([]).median).toBeNaN();
  });
});
