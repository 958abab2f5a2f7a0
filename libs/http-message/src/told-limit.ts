// How an upstream says that it takes no more for now. Read are Retry-After (RFC 9110, 10.2.3), RateLimit as the current
// draft has it (draft-ietf-httpapi-ratelimit-headers: a list of `"policy";r=…;t=…`) and as an older one had it (`limit=…,
// remaining=…, reset=…`), and the fields of before, RateLimit-Remaining and -Reset, with or without `X-`. RateLimit-Policy
// is not: it says what is allowed in general, and nothing of what remains. A policy without `t` says no time to wait for.

import type { ToldLimit } from '@pontage/contracts/egress-worker';
import type { Pairs } from './outbound-request.js';

/**
 * How long Retry-After asks to wait: of seconds, or until a date by the upstream's own clock where it tells of that.
 * Undefined when nothing is said, or nothing that can be read.
 */
export function retryAfterMs(headers: Pairs, now: number): number | undefined {
  const value = valueOf(headers, 'retry-after');
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  // Date takes much for a date; HTTP's have a time of day.
  const until = /\d:\d\d:\d\d/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(until) ? undefined : Math.max(0, until - clockOf(headers, now));
}

/** What an answer tells of its upstream's limit: the tightest of several; undefined when it tells nothing. */
export function toldLimitOf(status: number, headers: Pairs, now: number): ToldLimit | undefined {
  const waitMs = status === 429 || status === 503 ? retryAfterMs(headers, now) : undefined;
  if (waitMs !== undefined) return { remaining: 0, resetMs: waitMs };
  return standard(valueOf(headers, 'ratelimit')) ?? separate(headers, now);
}

function standard(field: string | undefined): ToldLimit | undefined {
  if (field === undefined) return undefined;
  // A policy's name may hold whatever the marks between policies are.
  const plain = field.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
  const older = limitOf(numberIn(plain, 'remaining'), numberIn(plain, 'reset'));
  if (older !== undefined) return older;
  const policies = plain.split(',').flatMap((policy) => limitOf(numberIn(policy, 'r'), numberIn(policy, 't')) ?? []);
  return policies.toSorted((a, b) => a.remaining - b.remaining || b.resetMs - a.resetMs)[0];
}

function separate(headers: Pairs, now: number): ToldLimit | undefined {
  for (const prefix of ['ratelimit', 'x-ratelimit']) {
    const remaining = numberOf(valueOf(headers, `${prefix}-remaining`));
    const reset = numberOf(valueOf(headers, `${prefix}-reset`));
    if (remaining !== undefined && reset !== undefined)
      return { remaining, resetMs: Math.max(0, resetMs(reset, headers, now)) };
  }
  return undefined;
}

/** Seconds from now, a time in seconds, or one in milliseconds: nobody has agreed on which. */
function resetMs(reset: number, headers: Pairs, now: number): number {
  if (reset > 1e12) return reset - clockOf(headers, now);
  if (reset > 1e9) return reset * 1_000 - clockOf(headers, now);
  return reset * 1_000;
}

const limitOf = (remaining: number | undefined, seconds: number | undefined): ToldLimit | undefined =>
  remaining === undefined || seconds === undefined ? undefined : { remaining, resetMs: seconds * 1_000 };

const numberIn = (text: string, name: string): number | undefined =>
  numberOf(new RegExp(`(?:^|[;,\\s])${name}\\s*=\\s*([\\d.]+)`).exec(text)?.[1]);

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Two clocks are not compared where one of them is enough. */
function clockOf(headers: Pairs, now: number): number {
  const said = Date.parse(valueOf(headers, 'date') ?? '');
  return Number.isNaN(said) ? now : said;
}

const valueOf = (headers: Pairs, name: string): string | undefined =>
  headers.find(([each]) => each.length === name.length && each.toLowerCase() === name)?.[1].trim();
