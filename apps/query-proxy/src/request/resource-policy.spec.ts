import { describe, expect, it } from '@jest/globals';
import { resourcePolicy } from '@pontage/contracts/resource-registry';
import { matchesPattern, plainPath } from './path-pattern.js';
import { mayFollowRedirects, requireAllowed } from './resource-policy.js';

const policy = (methods: string[], paths: string[]) => resourcePolicy.parse({ methods, paths });
const denied = (pointer: string): unknown =>
  expect.objectContaining({ slug: 'forbidden', errors: [expect.objectContaining({ pointer })] });

describe('a path pattern', () => {
  it.each([
    ['/', '/', true],
    ['/', '/a', false],
    ['/orders', '/orders', true],
    ['/orders', '/Orders', false],
    ['/orders', '/orders/1', false],
    ['/orders/*', '/orders/1', true],
    ['/orders/*', '/orders', false],
    ['/orders/*', '/orders/1/2', false],
    ['/orders/*/items', '/orders/1/items', true],
    ['/report-*.csv', '/report-2024.csv', true],
    ['/report-*.csv', '/report-.csv', true],
    ['/report-*.csv', '/report.csv', false],
    ['/orders/**', '/orders', true],
    ['/orders/**', '/orders/1/2/3', true],
    ['/orders/**', '/ordersx', false],
    ['/**', '/', true],
    ['/**', '/a/b', true],
    ['/**/items', '/orders/1/items', true],
    ['/**/items', '/items', true],
    ['/a/**/z', '/a/z', true],
    ['/a/**/a', '/a', false],
    ['/straße/*', '/straße/1', true],
  ])('%s and %s: %s', (pattern, path, fits) => {
    expect(policy([], [pattern]).paths).toEqual([pattern]);
    expect(matchesPattern(pattern, path)).toBe(fits);
  });

  it('takes no longer for many stars than it has segments', () => {
    const pattern = `/${'a*b/'.repeat(40)}c`;
    const started = performance.now();
    expect(matchesPattern(pattern, `/${'a'.repeat(4000)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(50);
  });
});

describe('a path', () => {
  it.each([
    ['', '/'],
    ['orders', '/orders'],
    ['/orders/', '/orders'],
    ['/%6frders/%41', '/orders/A'],
    ['/stra%C3%9Fe', '/straße'],
    ['/a%20b', '/a b'],
    ['/100%', '/100%'],
  ])('%s is read as %s', (path, plain) => {
    expect(plainPath(path)).toBe(plain);
  });

  it.each([
    '/orders//admin',
    '/orders/;/admin',
    '/orders;x=1',
    '/orders%3b/admin',
    '/orders%2Fadmin',
    '/orders%2fadmin',
    '/orders%5Cadmin',
    '/orders\\admin',
    '/orders%252Fadmin',
    '/orders%2525',
    '/orders/%00',
    '/orders/%0d%0a',
    '/orders/%3fadmin',
    '/orders/%23',
    '/orders/%ff',
    '/orders/%c0%af',
    '/orders/%EF%BC%8Fadmin',
    '/orders/%E2%80%A5/admin',
    '/orders/%7f',
  ])('%s means nothing that all servers agree on', (path) => {
    expect(plainPath(path)).toBeUndefined();
  });
});

describe('a policy', () => {
  it('allows everything as long as it says nothing', () => {
    expect(() => requireAllowed(policy([], []), 'DELETE', '//;%2f', [])).not.toThrow();
  });

  it('is about the method, however it is said', () => {
    const readOnly = policy(['GET', 'POST'], []);
    expect(() => requireAllowed(readOnly, 'GET', '/x', [])).not.toThrow();
    expect(() => requireAllowed(readOnly, 'DELETE', '/x', [])).toThrow(denied('/method'));
    for (const name of ['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override'])
      expect(() => requireAllowed(readOnly, 'POST', '/x', [[name, 'DELETE']])).toThrow(denied('/headers'));
    expect(() => requireAllowed(readOnly, 'POST', '/x', [['X-HTTP-Method-Override', 'get']])).not.toThrow();
  });

  it('is about the path below the base URL, without its query', () => {
    const orders = policy([], ['/orders/*', '/health']);
    expect(() => requireAllowed(orders, 'GET', 'orders/1?x=/admin', [])).not.toThrow();
    for (const path of ['/admin', '/orders', '', '/health/x', '/orders/1/2', '/orders/1%2f2', '/orders/;a'])
      expect(() => requireAllowed(orders, 'GET', path, [])).toThrow(denied('/path'));
    expect(() => requireAllowed(orders, 'GET', '/health', [['X-Original-URL', '/admin']])).toThrow(denied('/headers'));
  });

  it('keeps redirects from leading past it', () => {
    expect(mayFollowRedirects(policy([], []))).toBe(true);
    expect(mayFollowRedirects(policy(['GET'], []))).toBe(true);
    expect(mayFollowRedirects(policy(['POST'], []))).toBe(false);
    expect(mayFollowRedirects(policy([], ['/**']))).toBe(false);
  });
});
