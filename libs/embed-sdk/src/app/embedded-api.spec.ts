import { describe, expect, it } from '@jest/globals';
import { parseExact } from './embedded-api.js';

describe('parseExact', () => {
  it('reads JSON as it is where the source is not shown', () => {
    expect(parseExact('{"a":[1,"2",true,null]}')).toEqual({ a: [1, '2', true, null] });
  });
});
