import { expect, it } from '@jest/globals';
import { PontageProblem } from '@pontage/client';
import { failureText } from './failure-text.js';

it('tells a problem by its name, and where the token belongs when there is none', () => {
  expect(
    failureText(new PontageProblem({ status: 404, code: 'not-found', detail: 'There is no such resource.' })),
  ).toBe('not-found: There is no such resource.');
  const unknown = new PontageProblem({ status: 401, code: 'unauthenticated', detail: 'A token is needed.' });
  expect(failureText(unknown)).toBe(
    'unauthenticated: A token is needed.\nPut an API token that is good for this gateway into PONTAGE_TOKEN.',
  );
  expect(failureText(new Error('x cannot be reached'))).toBe('x cannot be reached');
});
