import { describe, expect, it } from '@jest/globals';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { bearer } from './bearer.js';

conformsToAuthMethod(bearer, [{ credential: { settings: {}, secrets: { token: 'canary-b3arer' } } }]);

describe('bearer', () => {
  it('replaces an Authorization header that was there', () => {
    const request = {
      method: 'GET',
      url: 'https://h/',
      headers: [
        ['authorization', 'Basic x'],
        ['A', 'b'],
      ] as const,
      body: undefined,
    };
    expect(bearer.apply(request, { settings: {}, secrets: { token: 't' } }, undefined, new Date()).headers).toEqual([
      ['A', 'b'],
      ['Authorization', 'Bearer t'],
    ]);
  });

  it.each(['', ' t', 't ', 't\r\nX: y', 't\u0000', 't\u010a', '\ud800'])('refuses the token %j', (token) => {
    expect(bearer.secrets.safeParse({ token }).success).toBe(false);
  });

  it('takes a variable in place of the token', () => {
    expect(bearer.secrets.safeParse({ token: '{{ config.TOKEN }}' }).success).toBe(true);
  });
});
