import { withHeader } from '@pontage/http-message';
import { z } from 'zod';
import type { AuthMethod } from '../auth-method.js';
import { headerText, textField } from '../fields.js';

const settings = z.strictObject({});
const secrets = z.strictObject({
  token: textField(8192, headerText).meta({ title: 'Token', description: 'Sent as `Authorization: Bearer <token>`.' }),
});

/** A fixed token in the Authorization header. @see RFC 6750, 2.1 */
export const bearer: AuthMethod<typeof settings, typeof secrets, never> = {
  id: 'bearer',
  title: 'Bearer token',
  guide: 'Give the token without the word `Bearer`; the Authorization header is made from it.',
  settings,
  secrets,
  rotates: [['token']],
  retryOn: [],
  apply: (request, { secrets: { token } }) => withHeader(request, 'Authorization', `Bearer ${token}`),
  carriers: () => ({ headers: ['authorization'], queryParams: [] }),
  injectedValues: ({ secrets: { token } }) => [token],
};
