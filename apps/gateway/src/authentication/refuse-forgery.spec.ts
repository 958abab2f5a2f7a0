import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { isFromOwnPage } from './refuse-forgery.js';

const isOurs = (headers: Record<string, string>, ownOrigin = 'https://own.test') =>
  isFromOwnPage({ headers } as unknown as FastifyRequest, ownOrigin);

describe('isFromOwnPage', () => {
  it('goes by Sec-Fetch-Site, and by Origin where that is not sent', () => {
    expect(isOurs({ 'sec-fetch-site': 'same-origin', origin: 'null' })).toBe(true);
    expect(isOurs({ origin: 'https://own.test' })).toBe(true);
    expect(isOurs({})).toBe(true);
    expect(isOurs({ 'sec-fetch-site': 'cross-site', origin: 'https://own.test' })).toBe(false);
    expect(isOurs({ 'sec-fetch-site': 'same-site', origin: 'https://own.test' })).toBe(false);
    expect(isOurs({ origin: 'https://evil.test' })).toBe(false);
    expect(isOurs({ origin: 'null' })).toBe(false);
  });

  it('knows no origin but the one that it is told', () => {
    expect(isOurs({ origin: 'https://embed.test' })).toBe(false);
    expect(isOurs({ origin: 'https://embed.test' }, 'https://embed.test')).toBe(true);
  });
});
