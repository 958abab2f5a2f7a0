import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { comesFromAllowed, visitOf } from './visit.js';

const request = (headers: Record<string, string> = {}, method = 'GET') =>
  ({
    method,
    headers,
    server: { publicAddresses: { embedOrigin: 'https://embed.test' } },
  }) as unknown as FastifyRequest;

describe('visitOf', () => {
  it('takes a frame, and a client without Sec-Fetch, for the embedding itself', () => {
    expect(visitOf(request({ 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }))).toBe('frame');
    expect(visitOf(request())).toBe('frame');
    expect(visitOf(request({ 'sec-fetch-mode': 'cors' }))).toBe('frame');
  });

  it('asks a window of its own to confirm', () => {
    expect(visitOf(request({ 'sec-fetch-dest': 'document' }))).toBe('window');
    expect(visitOf(request({}, 'POST'))).toBe('confirmed');
  });

  it.each([
    [{}, 'HEAD'],
    [{ 'sec-purpose': 'prefetch', 'sec-fetch-dest': 'iframe' }, 'GET'],
    [{ 'sec-purpose': 'prefetch;prerender', 'sec-fetch-dest': 'document' }, 'GET'],
    [{ purpose: 'prefetch' }, 'GET'],
    [{ 'x-moz': 'prefetch' }, 'GET'],
    [{ 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }, 'GET'],
    [{ 'user-agent': 'facebookexternalhit/1.1' }, 'GET'],
    [{ 'user-agent': 'WhatsApp/2.19.81 A' }, 'GET'],
    [{ 'sec-fetch-dest': 'empty' }, 'GET'],
    [{ 'sec-fetch-dest': 'image' }, 'GET'],
  ])('only looks: %j %s', (headers, method) => {
    expect(visitOf(request(headers as Record<string, string>, method))).toBe('look');
  });

  it('does not take people for robots', () => {
    for (const agent of [
      'Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 7) Chrome/100 Mobile',
      'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/156',
    ]) {
      expect(visitOf(request({ 'user-agent': agent, 'sec-fetch-dest': 'iframe' }))).toBe('frame');
    }
  });
});

describe('comesFromAllowed', () => {
  const allowed = ['https://shop.test'];
  it('believes a Referer and does without one', () => {
    expect(comesFromAllowed(request(), allowed)).toBe(true);
    expect(comesFromAllowed(request({ referer: 'https://shop.test/orders?x=1' }), allowed)).toBe(true);
    expect(comesFromAllowed(request({ referer: 'https://embed.test/embed/x' }), allowed)).toBe(true);
  });

  it.each([
    'https://shop.test.evil.test/',
    'http://shop.test/',
    'https://shop.test:8443/',
    'https://sub.shop.test/',
    'about:blank',
    'data:text/html,x',
    'nonsense',
  ])('refuses %s', (referer) => {
    expect(comesFromAllowed(request({ referer }), allowed)).toBe(false);
  });
});
