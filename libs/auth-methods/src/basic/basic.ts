import { withHeader } from '@pontage/http-message';
import { z } from 'zod';
import type { AuthMethod, Credential } from '../auth-method.js';
import { textField } from '../fields.js';

const settings = z.strictObject({
  username: textField(1024, {
    holds: (text) => !text.includes(':'),
    message: 'A user name holds no colon (RFC 7617).',
  }).meta({ title: 'User name' }),
});
const secrets = z.strictObject({
  password: textField(4096).or(z.literal('')).meta({ title: 'Password', description: 'May be empty.' }),
});

/** User name and password in the Authorization header, as UTF-8 in normalization form C. @see RFC 7617 */
export const basic: AuthMethod<typeof settings, typeof secrets, never> = {
  id: 'basic',
  title: 'Basic',
  guide: 'The `Authorization: Basic …` header is made from user name and password, encoded as UTF-8.',
  settings,
  secrets,
  rotates: [['username', 'password']],
  retryOn: [],
  apply: (request, credential) => withHeader(request, 'Authorization', `Basic ${userPass(credential)}`),
  carriers: () => ({ headers: ['authorization'], queryParams: [] }),
  injectedValues: (credential) => [credential.secrets.password, userPass(credential)].filter((text) => text !== ''),
};

const userPass = ({
  settings: { username },
  secrets: { password },
}: Credential<typeof settings, typeof secrets>): string =>
  Buffer.from(`${username}:${password}`.normalize('NFC')).toString('base64');
