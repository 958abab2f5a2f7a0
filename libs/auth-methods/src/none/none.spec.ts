import { expect, it } from '@jest/globals';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { none } from './none.js';

conformsToAuthMethod(none, [{ credential: { settings: {}, secrets: {} } }]);

it('leaves the request as it is', () => {
  const request = { method: 'GET', url: 'https://h/', headers: [], body: undefined };
  expect(none.apply(request, { settings: {}, secrets: {} }, undefined, new Date())).toBe(request);
});
