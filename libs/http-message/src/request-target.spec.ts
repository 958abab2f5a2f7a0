import { describe, expect, it } from '@jest/globals';
import { requestTarget } from './request-target.js';

describe('requestTarget', () => {
  it.each([
    ['https://h.test', '/'],
    ['https://h.test?a=1', '/?a=1'],
    ["https://h.test/a%2Fb;c?x='1|2'&y=%20", "/a%2Fb;c?x='1|2'&y=%20"],
    ['https://h.test/a?', '/a?'],
    ['https://h.test/a?b#c', '/a?b'],
    ['HTTPS://H.test:443/a b', '/a%20b'],
    ['https://u:p@h.test/a', '/a'],
  ])('of %s is %s', (url, target) => {
    expect(requestTarget(url)).toBe(target);
  });
});
