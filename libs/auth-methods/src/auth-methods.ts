import { apiKey } from './api-key/api-key.js';
import type { AuthMethod } from './auth-method.js';
import { auth0 } from './auth0/auth0.js';
import { awsSigv4 } from './aws-sigv4/aws-sigv4.js';
import { basic } from './basic/basic.js';
import { bearer } from './bearer/bearer.js';
import { digest } from './digest/digest.js';
import { googleServiceAccount } from './google-service-account/google-service-account.js';
import { none } from './none/none.js';
import { oauth1 } from './oauth1/oauth1.js';
import { oauth2 } from './oauth2/oauth2.js';
import { session } from './session/session.js';

const methods: readonly AuthMethod[] = [
  none,
  apiKey,
  basic,
  bearer,
  digest,
  awsSigv4,
  oauth1,
  googleServiceAccount,
  oauth2,
  auth0,
  session,
];

/** Every auth method there is, by id. */
export const authMethods: ReadonlyMap<string, AuthMethod> = new Map(methods.map((method) => [method.id, method]));
