// HTTP Digest Access Authentication: RFC 7616 (with RFC 2617 and RFC 2069 for older servers). MD5, SHA-256 and SHA-512-256, each
// with -sess; auth and auth-int; userhash; stale, nextnonce and nonce counts, so that only the first request is refused.
// SHA-512-256 is the one of FIPS 180-4, as erratum 4897 says, and not the truncated SHA-512 of the RFC's own example.
// Not done: Proxy-Authenticate (a proxy is no upstream), and the check of rspauth (TLS says who the server is).

import { headerOf, requestTarget, withHeader, withoutHeaders, type OutboundRequest } from '@pontage/http-message';
import { credentialRejected } from '@pontage/problems';
import { z } from 'zod';
import type { AuthMethod, Credential, Occasion } from '../auth-method.js';
import { textField } from '../fields.js';
import { qopOf, strongestChallenge } from './digest-challenge.js';
import {
  afterAnswer,
  afterSending,
  nothing,
  sentParams,
  spaceAt,
  spaceOf,
  usesOf,
  type DigestMemory,
  type Space,
} from './digest-memory.js';
import { digestAuthorization } from './digest-response.js';

const settings = z.strictObject({
  username: textField(1024, {
    holds: (text) => !text.includes(':'),
    message: 'A user name holds no colon (RFC 7616, 3.4).',
  }).meta({ title: 'User name' }),
});
const secrets = z.strictObject({
  password: textField(4096).or(z.literal('')).meta({ title: 'Password', description: 'May be empty.' }),
});

/** User name and password, proved with a hash over the server's nonce. @see RFC 7616 */
export const digest: AuthMethod<typeof settings, typeof secrets, never> = {
  id: 'digest',
  title: 'Digest',
  guide:
    'The upstream challenges the first request, Pontage answers with a hash, and uses the challenge for the requests that follow. The password itself never leaves. MD5, SHA-256 and SHA-512-256 are known, the strongest that the upstream offers is used.',
  settings,
  secrets,
  rotates: [['username', 'password']],
  signs: true,
  retryOn: [],
  observe: ['authentication-info'],
  apply(request, credential, _grant, _now, occasion) {
    const bare = withoutHeaders(request, ['authorization']);
    const space = occasion === undefined ? undefined : spaceAt(memoryOf(occasion), request.url);
    return occasion === undefined || space === undefined ? bare : withProof(bare, credential, space, occasion);
  },
  answer(challenge, request, credential, _grant, _now, occasion) {
    const chosen = strongestChallenge(headerOf(challenge, 'www-authenticate') ?? '');
    if (chosen === undefined) return undefined;
    if (occasion.answers > 0 && !chosen.stale)
      throw credentialRejected(
        {},
        { detail: 'The upstream refused the answer to its own challenge: user name or password is not the right one.' },
      );
    const bare = withoutHeaders(request, ['authorization']);
    return withProof(bare, credential, spaceOf(memoryOf(occasion), chosen), occasion);
  },
  remember(memory, sent, answer) {
    const known = (memory as DigestMemory | undefined) ?? nothing;
    const learnt = answer === undefined ? afterSending(known, sent) : afterAnswer(known, sent, answer);
    return learnt === nothing ? memory : learnt;
  },
  carriers: () => ({ headers: ['authorization'], queryParams: [] }),
  injectedValues(_credential, _grant, applied) {
    const response = applied === undefined ? undefined : sentParams(applied).get('response');
    return response === undefined ? [] : [response];
  },
};

const memoryOf = ({ memory }: Occasion): DigestMemory => (memory as DigestMemory | undefined) ?? nothing;

function withProof(
  request: OutboundRequest,
  credential: Credential<typeof settings, typeof secrets>,
  { challenge, session }: Space,
  occasion: Occasion,
): OutboundRequest {
  const { nonce, isSession } = challenge;
  const fresh = Buffer.from(occasion.random.subarray(0, 18)).toString('base64url');
  // Servers differ in which client nonce a session's key is made of; with one for all requests they agree.
  const cnonce = isSession ? (session?.cnonce ?? fresh) : fresh;
  const authorization = digestAuthorization({
    challenge,
    username: credential.settings.username,
    password: credential.secrets.password,
    method: request.method,
    uri: requestTarget(request.url),
    body: request.body,
    bodyHashes: request.bodyHashes,
    qop: qopOf(challenge, request.bodyIsPulled !== true || request.bodyHashes !== undefined),
    count: usesOf(memoryOf(occasion), nonce) + 1,
    cnonce,
    session: session ?? { nonce, cnonce },
  });
  return withHeader(request, 'Authorization', authorization);
}
