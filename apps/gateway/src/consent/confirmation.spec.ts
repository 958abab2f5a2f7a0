import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { confirmationOf, isConfirmation } from './confirmation.js';

const [browser, other, handle] = ['B'.repeat(43), 'C'.repeat(43), 'H'.repeat(64)];

describe('a confirmation', () => {
  it('is the one of this browser and this sign-in', () => {
    const confirmation = confirmationOf(browser, handle);
    expect(confirmation).toBe(createHmac('sha256', browser).update(handle).digest('base64url'));
    expect(isConfirmation(confirmation, browser, handle)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['1', '1'],
    ['an empty one', ''],
    ['another browser’s', confirmationOf(other, handle)],
    ['another sign-in’s', confirmationOf(browser, handle.toLowerCase())],
    ['a longer one', `${confirmationOf(browser, handle)}A`],
    ['several', [confirmationOf(browser, handle), confirmationOf(browser, handle)]],
  ])('is not %s', (_, given) => {
    expect(isConfirmation(given, browser, handle)).toBe(false);
  });
});
