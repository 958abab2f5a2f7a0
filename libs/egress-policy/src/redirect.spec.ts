import { describe, expect, it } from '@jest/globals';
import { followRedirect, type Hop } from './redirect.js';

const hop: Hop = {
  method: 'POST',
  url: 'https://api.test/v1/a?x=1&api_key=s3cret',
  headers: [
    ['Authorization', 'Bearer t'],
    ['X-API-Key', 'k'],
    ['Cookie', 'c=1'],
    ['X-Tenant', 'acme'],
    ['Accept', '*/*'],
    ['User-Agent', 'p'],
    ['Content-Type', 'text/plain'],
    ['Content-Language', 'de'],
  ],
  body: 'held',
};
const get: Hop = { ...hop, method: 'GET', body: 'none' };
const credential = { headers: ['authorization', 'user-agent'], queryParams: ['api_key'] };
const follow = (from: Hop, status: number, location: string | undefined) =>
  followRedirect(from, { status, location }, credential);
const names = (next: Hop | undefined) => next?.headers.map(([name]) => name);

describe('followRedirect', () => {
  it.each([
    [301, 'GET', 'GET'],
    [302, 'GET', 'GET'],
    [303, 'GET', 'GET'],
    [307, 'GET', 'GET'],
    [308, 'GET', 'GET'],
    [301, 'HEAD', 'HEAD'],
    [302, 'HEAD', 'HEAD'],
    [303, 'HEAD', 'HEAD'],
    [307, 'HEAD', 'HEAD'],
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [303, 'DELETE', 'GET'],
    [303, 'PATCH', 'GET'],
    [308, 'PATCH', 'PATCH'],
  ])('turns %i of %s into %s', (status, method, next) => {
    expect(follow({ ...hop, method }, status, '/b')?.method).toBe(next);
  });

  it('drops the body and what described it when the method changes, and on every 303', () => {
    expect(follow(hop, 302, '/b')).toMatchObject({ body: 'none' });
    expect(names(follow(hop, 302, '/b'))).toEqual([
      'Authorization',
      'X-API-Key',
      'Cookie',
      'X-Tenant',
      'Accept',
      'User-Agent',
    ]);
    expect(follow({ ...hop, method: 'GET' }, 303, '/b')).toMatchObject({ method: 'GET', body: 'none' });
  });

  it('keeps body, headers and the credential parameter on the same origin', () => {
    const next = follow(hop, 307, '/b?y=%20');
    expect(next).toEqual({ ...hop, url: 'https://api.test/b?y=%20&api_key=s3cret' });
    expect(follow(hop, 307, '/b?api_key=theirs')?.url).toBe('https://api.test/b?api_key=theirs');
  });

  it.each([
    'http://api.test/b',
    'https://api.test:8443/b',
    'https://other.test/b',
    '//other.test/b',
    'https://x.api.test/',
    'https://api.test.evil.test/',
    'https:\\\\other.test\\b',
  ])('carries nothing but harmless headers to another origin: %s', (location) => {
    expect(names(follow(get, 302, location))).toEqual(['Accept']);
    expect(follow(get, 302, `${location}?q=1&api_key=s3cret&%61pi_key=x`)?.url).toMatch(/\?q=1$/);
  });

  it('treats the default port and another spelling of the host as the same origin', () => {
    expect(names(follow(get, 302, 'https://API.test:443/b'))).toContain('Authorization');
  });

  it('does not send a body to another origin, nor one that is gone', () => {
    expect(follow(hop, 307, 'https://other.test/')).toBeUndefined();
    expect(follow(hop, 308, 'http://api.test/')).toBeUndefined();
    expect(follow({ ...hop, body: 'spent' }, 307, '/b')).toBeUndefined();
    expect(follow({ ...hop, body: 'spent', method: 'PUT' }, 302, '/b')).toBeUndefined();
    expect(follow({ ...hop, body: 'spent' }, 303, '/b')).toMatchObject({ method: 'GET', body: 'none' });
  });

  it('does not bring credentials back on the way back', () => {
    const away = follow(get, 302, 'https://other.test/');
    expect(away && names(follow(away, 302, 'https://api.test/'))).toEqual(['Accept']);
  });

  it.each([200, 201, 300, 304, 305, 306, 309, 399, 401])('takes %i for an answer', (status) => {
    expect(follow(get, status, '/b')).toBeUndefined();
  });

  it('takes a redirect without a Location, or with one that is no URL, for an answer', () => {
    expect(follow(get, 302, undefined)).toBeUndefined();
    expect(follow(get, 302, 'https://[')).toBeUndefined();
  });

  it.each(['file:///etc/passwd', 'ftp://x.test/', 'gopher://127.0.0.1/', 'javascript:alert(1)', 'data:,x'])(
    'refuses %s',
    (location) => {
      expect(() => follow(get, 302, location)).toThrow(expect.objectContaining({ slug: 'destination-denied' }));
    },
  );

  it('leaves user, password and fragment behind and reads a Location as UTF-8', () => {
    expect(follow(get, 302, 'https://u:p@api.test/b#f')?.url).toBe('https://api.test/b?api_key=s3cret');
    expect(follow({ ...get, url: 'https://api.test/' }, 302, Buffer.from('/ü').toString('latin1'))?.url).toBe(
      'https://api.test/%C3%BC',
    );
    expect(follow({ ...get, url: 'https://api.test/' }, 302, '/\u00fc')?.url).toBe('https://api.test/%C3%BC');
  });
});
