import { describe, expect, it } from '@jest/globals';
import { callbackQuery } from './callback-query.js';

describe('callbackQuery', () => {
  it.each([
    ['/oauth/callback', ''],
    ['/oauth/callback?', ''],
    ['/oauth/callback?code=a&state=b', 'code=a&state=b'],
    ['/oauth/callback?code=a?b&state=c?', 'code=a?b&state=c?'],
  ])('of %s is %j', (url, query) => {
    expect(callbackQuery({ url })).toBe(query);
  });
});
