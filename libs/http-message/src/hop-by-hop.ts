import type { Pairs } from './outbound-request.js';

/** Fields that belong to one connection and are not passed on (RFC 9110, 7.6.1, and what RFC 2616, 13.5.1 listed). Lower-case. */
export const hopByHopHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers without those of one connection, among them every name that a `Connection` field lists. */
export function stripHopByHop(headers: Pairs): Pairs {
  const listed = new Set<string>();
  const kept = headers.filter(([name, value]) => {
    const lower = name.toLowerCase();
    if (lower === 'connection') for (const option of value.split(',')) listed.add(option.trim().toLowerCase());
    return !hopByHopHeaders.has(lower);
  });
  return listed.size === 0 ? kept : kept.filter(([name]) => !listed.has(name.toLowerCase()));
}
