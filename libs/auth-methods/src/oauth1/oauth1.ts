// OAuth 1.0 (RFC 5849, 3): requests signed with HMAC-SHA1, with HMAC-SHA256 (which the RFC lacks and providers built by analogy),
// or PLAINTEXT; protocol parameters in the Authorization header. Without an access token only the client is named (two-legged).
// Not done: obtaining a token (2), since the token is one of the fields; RSA-SHA1, which the fields do not provide for; parameters
// in the body or the query (3.5.2, 3.5.3), where other people's logs would keep them.

import { createHmac } from 'node:crypto';
import { headerOf, withHeader, withoutHeaders, type OutboundRequest } from '@pontage/http-message';
import { bodyNotSignable } from '@pontage/problems';
import { z } from 'zod';
import type { AuthMethod, Credential } from '../auth-method.js';
import { headerText, textField } from '../fields.js';
import { encodedText, hasFormBody, signatureBaseString, type Parameter } from './base-string.js';

const secret = textField(4096).or(z.literal(''));

const settings = z.strictObject({
  consumerKey: textField(1024).meta({ title: 'Consumer key' }),
  accessToken: textField(4096)
    .optional()
    .meta({ title: 'Access token', description: 'Without one, requests are signed by the consumer alone.' }),
  realm: textField(1024, headerText)
    .optional()
    .meta({ title: 'Realm', description: 'Goes into the header, and is not signed.' }),
  signatureMethod: z
    .enum(['HMAC-SHA1', 'HMAC-SHA256', 'PLAINTEXT'], { error: 'One of HMAC-SHA1, HMAC-SHA256 and PLAINTEXT.' })
    .default('HMAC-SHA1')
    .meta({ title: 'Signature method', description: 'PLAINTEXT sends the secrets themselves: over TLS only.' }),
});
const secrets = z.strictObject({
  consumerSecret: secret.meta({ title: 'Consumer secret' }),
  tokenSecret: secret.optional().meta({ title: 'Token secret', description: 'Of the access token.' }),
});

type OAuth1Credential = Credential<typeof settings, typeof secrets>;

/** Bodies up to here are there when a request is signed; the worker pulls larger ones. */
const signedBodyBytes = 256 * 1024;

/** A signature of the consumer and the access token over the request. @see RFC 5849 */
export const oauth1: AuthMethod<typeof settings, typeof secrets, never> = {
  id: 'oauth1',
  title: 'OAuth 1.0',
  guide:
    'Every request is signed with the consumer’s and the token’s secret, over its method, URL, query and form fields. Consumer key, access token and their secrets come from the provider.',
  settings,
  secrets,
  rotates: [
    ['consumerKey', 'consumerSecret'],
    ['accessToken', 'tokenSecret'],
  ],
  signs: true,
  retryOn: [],
  apply(request, credential, _grant, now, occasion) {
    if (occasion === undefined) throw new TypeError('oauth1 is applied on an occasion');
    const nonce = Buffer.from(occasion.random.subarray(0, 16)).toString('hex');
    return withSignature(withoutHeaders(request, ['authorization']), credential, now, nonce);
  },
  carriers: () => ({ headers: ['authorization'], queryParams: [] }),
  injectedValues(credential, _grant, applied) {
    const signature = applied?.headers.flatMap(([name, value]) => (name === 'Authorization' ? signatureIn(value) : []));
    const { consumerSecret, tokenSecret = '' } = credential.secrets;
    // Only PLAINTEXT sends the secrets themselves.
    const sent = credential.settings.signatureMethod === 'PLAINTEXT' ? [consumerSecret, tokenSecret] : [];
    return [...sent, ...(signature ?? [])].filter((text) => text !== '' && text !== '&');
  },
  explain(applied, { settings: fields }): Record<string, string> {
    const header = headerOf(applied, 'Authorization') ?? '';
    const [, nonce] = /oauth_nonce="([^"]*)"/.exec(header) ?? [];
    const [, seconds] = /oauth_timestamp="(\d+)"/.exec(header) ?? [];
    // PLAINTEXT signs nothing.
    if (nonce === undefined || seconds === undefined || fields.signatureMethod === 'PLAINTEXT') return {};
    const parameters = protocolParameters(fields, new Date(Number(seconds) * 1000), nonce);
    return { signatureBaseString: signatureBaseString(withoutHeaders(applied, ['authorization']), parameters) };
  },
};

/** The parameters of the protocol but for the signature, which covers them. @see RFC 5849, 3.1 */
export function protocolParameters(
  { consumerKey, accessToken, signatureMethod }: OAuth1Credential['settings'],
  now: Date,
  nonce: string,
): Parameter[] {
  return [
    ['oauth_consumer_key', consumerKey],
    ...(accessToken === undefined ? [] : [['oauth_token', accessToken] as const]),
    ['oauth_signature_method', signatureMethod],
    ['oauth_timestamp', String(Math.floor(now.getTime() / 1000))],
    ['oauth_nonce', nonce],
    ['oauth_version', '1.0'],
  ];
}

/** The signature of a base string; with PLAINTEXT it is the key itself. @see RFC 5849, 3.4.2 and 3.4.4 */
export function signatureOf(
  baseString: string,
  method: OAuth1Credential['settings']['signatureMethod'],
  { consumerSecret, tokenSecret = '' }: OAuth1Credential['secrets'],
): string {
  const key = `${encodedText(consumerSecret)}&${encodedText(tokenSecret)}`;
  if (method === 'PLAINTEXT') return key;
  return createHmac(method === 'HMAC-SHA1' ? 'sha1' : 'sha256', key)
    .update(baseString)
    .digest('base64');
}

/** @throws bodyNotSignable when the form that has to be signed is not here */
function withSignature(
  request: OutboundRequest,
  { settings: fields, secrets: keys }: OAuth1Credential,
  now: Date,
  nonce: string,
): OutboundRequest {
  if (fields.signatureMethod !== 'PLAINTEXT' && request.bodyIsPulled === true && hasFormBody(request))
    throw bodyNotSignable(
      { limitBytes: signedBodyBytes },
      { detail: 'OAuth 1.0 signs the fields of a form, and a form of this size is not here for that.' },
    );
  const parameters = protocolParameters(fields, now, nonce);
  const signature = signatureOf(signatureBaseString(request, parameters), fields.signatureMethod, keys);
  const realm = fields.realm === undefined ? [] : [`realm="${fields.realm.replaceAll(/["\\]/g, String.raw`\$&`)}"`];
  const params = [...parameters, ['oauth_signature', signature] as const].map(
    ([name, value]) => `${name}="${encodedText(value)}"`,
  );
  return withHeader(request, 'Authorization', `OAuth ${[...realm, ...params].join(', ')}`);
}

function signatureIn(header: string): string[] {
  const [, encoded] = /oauth_signature="([^"]*)"$/.exec(header) ?? [];
  return encoded === undefined ? [] : [decodeURIComponent(encoded)];
}
