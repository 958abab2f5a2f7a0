import { authMethods, type AuthMethod } from '@pontage/auth-methods';
import { isProblem } from '@pontage/problems';
import { describe, expect, it } from '@jest/globals';
import { refuseStrayVerification, verificationTarget } from './verification-target.js';

const problemOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
};
const pointer = '/authentication/verificationUrl';

describe('verificationTarget', () => {
  it.each([
    ['https://api.test/v1', '/me', 'https://api.test/v1/me'],
    ['https://api.test/', '/me?full=1', 'https://api.test/me?full=1'],
    ['https://api.test/v1?tenant=acme', '/me?full=1', 'https://api.test/v1/me?tenant=acme&full=1'],
    ['https://api.test/v1?tenant=acme', 'https://api.test/session', 'https://api.test/session?tenant=acme'],
    ['https://api.test/v1', 'HTTPS://API.test:443/v2/me', 'https://api.test/v2/me'],
    ['https://api.test/v1', 'https://api.test', 'https://api.test/'],
  ])('of %s and %s is %s', (resource, given, url) => {
    expect(verificationTarget(resource, given)).toBe(url);
  });

  it.each([
    'https://evil.test/me',
    'http://api.test/me',
    'https://api.test:8443/me',
    'https://api.test.evil.test/me',
    'https://api.test@evil.test/me',
  ])('refuses %s, which is another origin', (given) => {
    expect(problemOf(() => verificationTarget('https://api.test/v1', given))).toMatchObject({
      slug: 'destination-denied',
    });
  });

  it.each(['/../admin', '/%2e%2e/admin', '/a\\..\\b', '/me#x'])('refuses %s, which could lead elsewhere', (given) => {
    expect(problemOf(() => verificationTarget('https://api.test/v1', given))).toMatchObject({
      slug: 'invalid-request',
      errors: [{ pointer }],
    });
  });
});

describe('what is saved', () => {
  const session = authMethods.get('session') as AuthMethod;
  const outcome = (verificationUrl: string | undefined, baseUrl: string) =>
    problemOf(() =>
      refuseStrayVerification(
        session,
        { cookiesToForward: ['sid'], ...(verificationUrl === undefined ? {} : { verificationUrl }) },
        baseUrl,
      ),
    );

  it.each<[string | undefined, string]>([
    [undefined, 'https://api.test'],
    ['/me', 'https://api.test/v1'],
    ['/{{ config.PLACE }}/me', 'https://api.test/v1'],
    ['https://api.test/me', 'https://api.test/{{ config.VERSION }}'],
    ['https://api.test/{{ config.PLACE }}', 'https://api.test'],
    // Known only once the variables have their values.
    ['{{ config.VERIFY }}', 'https://api.test'],
    ['https://{{ config.HOST }}/me', 'https://api.test'],
    ['https://evil.test/me', 'https://{{ config.HOST }}/v1'],
  ])('may verify at %s for %s', (verificationUrl, baseUrl) => {
    expect(outcome(verificationUrl, baseUrl)).toBeUndefined();
  });

  it.each([
    ['https://evil.test/me', 'https://api.test'],
    ['https://evil.test/{{ config.PLACE }}', 'https://api.test'],
    ['https://evil.test/me', 'https://api.test/{{ config.VERSION }}'],
    ['http://api.test/me', 'https://api.test'],
    ['/../me', 'https://api.test/v1'],
  ])('may not verify at %s for %s', (verificationUrl, baseUrl) => {
    expect(outcome(verificationUrl, baseUrl)).toMatchObject({ slug: 'invalid-request', errors: [{ pointer }] });
  });
});
