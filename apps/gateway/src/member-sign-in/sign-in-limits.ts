import { isIPv6 } from 'node:net';
import { rateLimited } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { Allowance } from '../authentication/allowance.js';

/**
 * How often somebody may try to sign in, by where he comes from and by whose account it is, each in one gateway. An
 * attempt that succeeds does not count, and whoever waits as long as he is told is let in again.
 */
export class SignInLimits {
  private readonly byAddress: Allowance;
  private readonly byAccount: Allowance;

  /** @param now milliseconds that only ever grow */
  constructor(now: () => number = () => performance.now()) {
    this.byAddress = new Allowance({ burst: 20, perSecond: 1 / 3 }, now);
    this.byAccount = new Allowance({ burst: 10, perSecond: 1 / 20 }, now);
  }

  /** Runs an attempt. @throws Problem `rate-limited` with the time to wait */
  async guard<T>(request: FastifyRequest, account: string, attempt: () => Promise<T>): Promise<T> {
    const address = networkOf(request.ip);
    take(this.byAddress, address);
    take(this.byAccount, account);
    const done = await attempt();
    this.byAddress.giveBack(address);
    this.byAccount.giveBack(account);
    return done;
  }

  /** Counts something that whoever comes from this address causes. @throws Problem `rate-limited` */
  count(request: FastifyRequest): void {
    take(this.byAddress, networkOf(request.ip));
  }

  /** Gives back one that {@link count} took: what was caused has come to a good end. */
  giveBack(request: FastifyRequest): void {
    this.byAddress.giveBack(networkOf(request.ip));
  }
}

function take(allowance: Allowance, key: string): void {
  if (allowance.take(key)) return;
  throw rateLimited(
    {},
    { detail: 'Too many attempts to sign in.', retryAfterSeconds: Math.max(1, allowance.secondsUntilNext(key)) },
  );
}

/** Whoever has one IPv6 address has the 2^64 of its network. */
function networkOf(ip: string): string {
  if (!isIPv6(ip) || ip.includes('.')) return ip;
  const [head = '', tail] = ip.split('::');
  const left = head.split(':').filter((group) => group !== '');
  const right = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
