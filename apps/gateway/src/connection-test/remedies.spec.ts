import { describe, expect, it } from '@jest/globals';
import { previewQuery } from '@pontage/contracts/query-proxy';
import { leaseCredential } from '@pontage/contracts/auth-broker';
import { problemCatalogue, upstreamTimedOut, upstreamTlsFailed, upstreamUnreachable } from '@pontage/problems';
import { queryOperations } from '../query-operations.js';
import { remedies, remedyOf } from './remedies.js';

/** What a query ends in for its caller's own fault: a test that ends in one of these is refused as the query would be. */
const callers = new Set(['missing-scope', 'unsupported-media-type', 'unauthenticated', 'embed-session-expired']);

describe('remedies', () => {
  const ways = ['/api/v1/resources/:resource/query', '/proxy/:resource/*'];
  const declared = [
    ...ways.flatMap((way) => queryOperations[way]?.problems ?? []),
    ...previewQuery.problems,
    ...leaseCredential.problems,
  ];
  const slugs = [...new Set(declared.map(({ slug }) => slug))].filter((slug) => !callers.has(slug));

  it.each(slugs)('there is one for %s, which a query can end in', (slug) => {
    expect(slugs.length).toBeGreaterThan(20);
    expect(remedies[slug]).toBeDefined();
  });

  it('are sentences for problems that there are, and repeat no title', () => {
    for (const slug of Object.keys(remedies)) {
      const definition = problemCatalogue.get(slug);
      if (definition === undefined) throw new Error(`there is no problem ${slug}`);
      const remedy = remedies[slug];
      const text = typeof remedy === 'string' ? remedy : (remedy?.({}) ?? '');
      expect(text).toMatch(/^[A-Z`].{20,}\.$|\)\.$/);
      expect(text).not.toContain(definition.title);
    }
  });

  it('tell stages and certificates apart', () => {
    const of = [
      upstreamUnreachable({ stage: 'resolve' }),
      upstreamUnreachable({ stage: 'connect' }),
      ...(['resolve', 'connect', 'tls', 'head'] as const).map((stage) => upstreamTimedOut({ stage })),
      ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNKNOWN'].map((reason) =>
        upstreamTlsFailed({ stage: 'tls', reason }),
      ),
    ].map(remedyOf);
    expect(new Set(of).size).toBe(of.length);
    expect(of[6]).toBe(
      'Set tls.allowSelfSigned, or pin tls.ca: the certificate itself or the authority that signed it.',
    );
  });
});
