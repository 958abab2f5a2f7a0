import { apiKey } from './api-key/api-key.js';
import type { AuthMethod } from './auth-method.js';
import { basic } from './basic/basic.js';
import { bearer } from './bearer/bearer.js';
import { digest } from './digest/digest.js';
import { none } from './none/none.js';
import { oauth1 } from './oauth1/oauth1.js';
import { oauth2 } from './oauth2/oauth2.js';

const methods: readonly AuthMethod[] = [none, apiKey, basic, bearer, digest, oauth1, oauth2];

/** Every auth method there is, by id. */
export const authMethods: ReadonlyMap<string, AuthMethod> = new Map(methods.map((method) => [method.id, method]));
