import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { qopOf, strongestChallenge, type DigestChallenge } from './digest-challenge.js';
import { digestAuthorization, type DigestProof } from './digest-response.js';

interface Example {
  readonly source: string;
  readonly challenge: string;
  readonly username: string;
  readonly password: string;
  readonly url: string;
  readonly cnonce: string;
  readonly authorization: string;
}

const examples = JSON.parse(
  readFileSync(new URL('vectors/rfc-examples.json', import.meta.url), 'utf8'),
) as readonly Example[];

const challengeOf = (header: string): DigestChallenge => {
  const challenge = strongestChallenge(header);
  if (challenge === undefined) throw new Error('no challenge');
  return challenge;
};

const proof = (header: string, more: Partial<DigestProof> = {}): DigestProof => {
  const challenge = challengeOf(header);
  const cnonce = more.cnonce ?? 'c';
  return {
    challenge,
    username: 'u',
    password: 'p',
    method: 'GET',
    uri: '/',
    body: undefined,
    bodyHashes: undefined,
    qop: qopOf(challenge, true),
    count: 1,
    cnonce,
    session: { nonce: challenge.nonce, cnonce },
    ...more,
  };
};

describe('digestAuthorization', () => {
  it.each(examples)('is as in $source', ({ challenge, username, password, url, cnonce, authorization }) => {
    expect(digestAuthorization(proof(challenge, { username, password, cnonce, uri: new URL(url).pathname }))).toBe(
      authorization,
    );
  });

  it('writes a name beyond ASCII as RFC 8187 does, unless the server wants its hash', () => {
    const text = digestAuthorization(proof('Digest realm="r", nonce="n", qop="auth"', { username: "J\u00e4s'n" }));
    expect(text).toContain("username*=UTF-8''J%C3%A4s%27n, ");
  });

  it('takes composed and decomposed characters for the same password', () => {
    const header = 'Digest realm="r", nonce="n"';
    expect(digestAuthorization(proof(header, { password: 'e\u0301' }))).toBe(
      digestAuthorization(proof(header, { password: '\u00e9' })),
    );
  });

  it('escapes what it quotes, and hashes what it means', () => {
    const header = digestAuthorization(
      proof(String.raw`Digest realm="a \"b\" \\c", nonce="n\"n"`, { username: String.raw`u"\x` }),
    );
    expect(header).toContain(String.raw`username="u\"\\x", realm="a \"b\" \\c", uri="/", nonce="n\"n"`);
  });

  it('keeps a -sess session on the nonces that it began with', () => {
    const header = 'Digest realm="r", nonce="later", qop="auth", algorithm=MD5-sess';
    const first = digestAuthorization(proof(header, { session: { nonce: 'first', cnonce: 'c' } }));
    expect(first).not.toBe(digestAuthorization(proof(header)));
    expect(first).toContain('algorithm=MD5-sess');
  });

  it('proves the body with auth-int, and an empty one when there is none', () => {
    const header = 'Digest realm="r", nonce="n", qop="auth-int"';
    const [none, empty, some] = [undefined, Buffer.alloc(0), Buffer.from('x')].map((body) =>
      digestAuthorization(proof(header, { body })),
    );
    expect(none).toBe(empty);
    expect(none).not.toBe(some);
    expect(some).toContain('qop=auth-int');
  });
});
