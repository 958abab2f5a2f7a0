import { createHmac } from 'node:crypto';
import { isSameSecret } from '../authentication/credentials.js';

/**
 * What the link on the page that says who gets what holds: whoever has it was shown that page, in this browser. What a
 * browser says of where a request comes from would not do: not all of them do, and none sends `Origin` when it follows a link.
 * @param browser the secret in the browser's cookie
 */
export const confirmationOf = (browser: string, handle: string): string =>
  createHmac('sha256', browser).update(handle).digest('base64url');

/** True for what {@link confirmationOf} gave this browser for this sign-in. */
export const isConfirmation = (given: unknown, browser: string, handle: string): boolean =>
  isSameSecret(given, confirmationOf(browser, handle));
