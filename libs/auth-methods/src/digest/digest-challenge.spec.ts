import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAuthParams, parseChallenges, quoted } from './auth-params.js';
import { qopOf, strongestChallenge } from './digest-challenge.js';

const parsed = (text: string) =>
  parseChallenges(text).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]);

describe('parseChallenges', () => {
  it('takes several challenges apart, whatever stands between them', () => {
    expect(
      parsed(
        String.raw`, Newauth realm="a, b=\"c\"", x = y ,Basic realm=simple,,Negotiate, NTLM TlRMTVNTUAAB==, Digest Nonce="n"`,
      ),
    ).toEqual([
      ['Newauth', { realm: 'a, b="c"', x: 'y' }],
      ['Basic', { realm: 'simple' }],
      ['Negotiate', {}],
      ['NTLM', {}],
      ['Digest', { nonce: 'n' }],
    ]);
  });

  it('takes what is broken for what it can be', () => {
    expect(parsed('Digest realm="open, nonce=x')).toEqual([['Digest', { realm: 'open, nonce=x' }]]);
    expect(parsed('Digest realm=a, realm=b, ;;; nonce=')).toEqual([['Digest', { realm: 'a', nonce: '' }]]);
    expect(parsed('realm=lost, Digest')).toEqual([['Digest', {}]]);
  });

  it('comes to an end with anything', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseChallenges(text)));
    const started = performance.now();
    parseChallenges(`Digest a="${'\\\\"'.repeat(5_000)}`);
    parseChallenges(`${'Digest a '.repeat(3_000)}="`);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('reads back what was quoted', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseAuthParams(`a=${quoted(text)}, b=1`)).toEqual(
          new Map([
            ['a', text],
            ['b', '1'],
          ]),
        );
      }),
    );
  });
});

describe('strongestChallenge', () => {
  const digests = (...algorithms: string[]) =>
    algorithms.map((name) => `Digest realm="r", nonce="${name}", algorithm=${name}, qop="auth"`).join(', ');

  it.each([
    [digests('MD5', 'SHA-256'), 'SHA-256'],
    [digests('SHA-256', 'MD5', 'SHA-512-256'), 'SHA-512-256'],
    [digests('MD5-sess', 'MD5'), 'MD5-sess'],
    [digests('SHA-999', 'md5'), 'md5'],
    [`Basic realm="b", ${digests('"SHA-256-SESS"').replaceAll('""', '"')}`, 'SHA-256-SESS'],
  ])('of %s is %s', (header, algorithm) => {
    expect(strongestChallenge(header)?.algorithm).toBe(algorithm);
  });

  it('is none where nothing is asked', () => {
    expect(strongestChallenge('')).toBeUndefined();
    expect(strongestChallenge(' ,')).toBeUndefined();
  });

  it.each([
    ['Basic realm="x"', ['Basic']],
    ['Digest realm="r", nonce="n", algorithm=SHA-1', ['Digest SHA-1']],
    ['Digest realm="r", nonce="n", qop="auth-conf"', ['Digest auth-conf']],
    ['Digest realm="r"', ['Digest']],
    ['Digest nonce="n", Bearer error="<script>"', ['Digest', 'Bearer']],
  ])('is a problem that names what was offered: %s', (header, offered) => {
    expect(() => strongestChallenge(header)).toThrow(
      expect.objectContaining({ slug: 'challenge-unsupported', facts: { offered } }),
    );
  });
});

describe('qopOf', () => {
  const challenge = (qop: string) => strongestChallenge(`Digest realm="r", nonce="n"${qop}`) ?? fail();
  const fail = (): never => {
    throw new Error('no challenge');
  };

  it('is auth where there is a choice, and none for RFC 2069', () => {
    expect(qopOf(challenge(', qop="auth-int, auth, x"'), false)).toBe('auth');
    expect(qopOf(challenge(', qop=auth-int'), true)).toBe('auth-int');
    expect(qopOf(challenge(', qop=""'), true)).toBeUndefined();
    expect(qopOf(challenge(''), false)).toBeUndefined();
  });

  it('is a problem when the body has to be hashed and is elsewhere', () => {
    expect(() => qopOf(challenge(', qop="auth-int"'), false)).toThrow(
      expect.objectContaining({ slug: 'body-not-signable', facts: { limitBytes: 262_144 } }),
    );
  });
});
