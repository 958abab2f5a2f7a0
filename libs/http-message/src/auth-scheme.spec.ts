import { describe, expect, it } from '@jest/globals';
import { challengedSchemes, schemeOf } from './auth-scheme.js';

describe('the scheme of a header', () => {
  it.each([
    ['Basic YTpi', 'Basic'],
    ['bearer abc', 'Bearer'],
    ['AWS4-HMAC-SHA256 Credential=a', 'AWS4-HMAC-SHA256'],
    ['s3cret-without-a-scheme', undefined],
    ['s3cret value', undefined],
    ['Basic', undefined],
    ['', undefined],
  ])('of %j is %j', (header, scheme) => expect(schemeOf(header)).toBe(scheme));
});

describe('the schemes that are asked for', () => {
  it.each([
    ['Digest realm="a", nonce="b", qop="auth"', ['Digest']],
    ['Basic realm="a", Digest realm="b", algorithm=MD5', ['Basic', 'Digest']],
    ['Negotiate, Basic realm="x", basic realm="y"', ['Negotiate', 'Basic']],
    ['Bearer', ['Bearer']],
    ['Basic realm="quoted, Digest realm=\\"no"', ['Basic']],
    ['canary-s3cret realm="x", Bearer error="invalid_token"', ['Bearer']],
    ['Digest realm="a", basic=1', ['Digest']],
    ['', []],
  ])('by %j are %j', (header, schemes) => expect(challengedSchemes(header)).toEqual(schemes));
});
