import { describe, expect, it } from '@jest/globals';
import { isProblem, rateLimited } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { SignInLimits } from './sign-in-limits.js';

const from = (ip: string) => ({ ip }) as FastifyRequest;
const wrong = () => Promise.reject(new Error('wrong password'));
const right = () => Promise.resolve('in');

async function outcome(attempt: Promise<unknown>): Promise<string | number> {
  try {
    return String(await attempt);
  } catch (error) {
    return isProblem(error, rateLimited) ? (error.retryAfterSeconds ?? -1) : 'refused';
  }
}

describe('SignInLimits', () => {
  it('slows guesses at one account down, wherever they come from, and lets in whoever waits as long as he is told', async () => {
    let now = 0;
    const limits = new SignInLimits(() => now);
    const outcomes = [];
    for (let each = 0; each < 11; each += 1)
      outcomes.push(await outcome(limits.guard(from(`192.0.2.${each}`), 'ada', wrong)));
    expect(outcomes).toEqual([...Array.from({ length: 10 }, () => 'refused'), 20]);
    expect(await outcome(limits.guard(from('192.0.2.99'), 'grace', right))).toBe('in');
    now += 20_000;
    expect(await outcome(limits.guard(from('192.0.2.99'), 'ada', right))).toBe('in');
  });

  it('slows guesses from one address down, whosever accounts they are at', async () => {
    let now = 0;
    const limits = new SignInLimits(() => now);
    const outcomes = [];
    for (let each = 0; each < 21; each += 1)
      outcomes.push(await outcome(limits.guard(from('192.0.2.1'), `account ${each}`, wrong)));
    expect(outcomes.slice(19)).toEqual(['refused', 3]);
    expect(await outcome(limits.guard(from('192.0.2.2'), 'account 1', right))).toBe('in');
    now += 3_000;
    expect(await outcome(limits.guard(from('192.0.2.1'), 'account 1', right))).toBe('in');
  });

  it('counts no attempt that succeeds', async () => {
    const limits = new SignInLimits(() => 0);
    for (let each = 0; each < 50; each += 1)
      expect(await outcome(limits.guard(from('192.0.2.1'), 'ada', right))).toBe('in');
  });

  it('takes the addresses of one IPv6 network for one', async () => {
    const limits = new SignInLimits(() => 0);
    const last = [];
    for (let each = 0; each < 21; each += 1)
      last.push(await outcome(limits.guard(from(`2001:db8:1:2::${each.toString(16)}`), `account ${each}`, wrong)));
    expect(last.at(-1)).toBe(3);
    expect(await outcome(limits.guard(from('2001:db8:1:3::1'), 'x', right))).toBe('in');
  });
});
