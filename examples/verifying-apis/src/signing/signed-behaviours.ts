import type { Behaviour, Exchange } from '../http/behaviour.js';
import { headerOf } from '../http/received-request.js';
import { digestVerifier, type DigestServerOptions } from './digest-server.js';
import { oauth1Verifier } from './oauth1-server.js';
import type { Verify } from './recording-server.js';

/** Behaviours of APIs that want every request proved anew: `/digest` and `/oauth1`. */
export function signedBehaviours(digest: DigestServerOptions): Readonly<Record<string, Behaviour>> {
  return {
    digest: guarded(
      digestVerifier(digest),
      ({ algorithm, qop, nc }) => `response by ${algorithm}, qop ${qop}, use ${Number(nc)} of the nonce`,
    ),
    oauth1: guarded(
      oauth1Verifier(),
      ({ oauth_signature_method: method, oauth_consumer_key: consumer }) =>
        `${method} signature of the consumer ${consumer}, and a nonce not seen before`,
    ),
  };
}

/** Lets in whom the verifier lets in, and tells what it verified. */
const guarded = (verify: Verify, tell: (facts: Record<string, string>) => string): Behaviour => ({
  answer({ request, response }: Exchange) {
    const { method, target, headers, body } = request;
    const facts = verify(
      {
        method,
        target,
        headers,
        body,
        host: headerOf(request, 'host') ?? '',
        contentType: headerOf(request, 'content-type') ?? '',
        authorization: headerOf(request, 'authorization'),
        status: 0,
      },
      response,
    );
    if (facts === undefined) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ authenticated: true, verified: tell(facts as Record<string, string>) }));
  },
});
