import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { newMemberToken } from '../authentication/credentials.js';
import { checksOf, flowCookieOf, flowOf, newFlow } from './flow-cookie.js';

const withCookie = (cookie: string) => ({ headers: { cookie } }) as FastifyRequest;

describe('a sign-in under way', () => {
  it('comes back as it was from the browser that has its cookie, and from no other', () => {
    const flow = newFlow('/docs?x=1');
    const [cookie = ''] = flowCookieOf(flow).split(';');
    expect(flowOf(withCookie(cookie))).toEqual(flow);
    expect(flowOf(withCookie(''))).toBeUndefined();
    expect(flowOf(withCookie(cookie.replace('=', '=x')))).toBeUndefined();
    expect(flowCookieOf(flow)).toMatch(/^__Host-[^;]+; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  });

  it('leads nowhere else, whatever the cookie says', () => {
    const { secret } = newFlow('/');
    const forged = `__Host-pontage-sign-in=${secret}.${Buffer.from('//evil.test').toString('base64url')}`;
    expect(flowOf(withCookie(forged))?.returnTo).toBe('/docs');
  });

  it('has checks of its own, of which none tells another', () => {
    const all = Array.from({ length: 100 }, () => checksOf(newFlow('/'))).flatMap((checks) => Object.values(checks));
    expect(new Set(all).size).toBe(400);
    for (const each of all) expect(each).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('newMemberToken', () => {
  it('never makes the same one twice', () => {
    expect(new Set(Array.from({ length: 10_000 }, newMemberToken)).size).toBe(10_000);
  });
});
