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
  let listed: Set<string> | undefined;
  const kept = headers.filter((header) => {
    const name = header[0].toLowerCase();
    if (name === 'connection') {
      listed ??= new Set();
      for (const option of header[1].split(',')) listed.add(option.trim().toLowerCase());
    }
    return !hopByHopHeaders.has(name);
  });
  return listed === undefined ? kept : kept.filter((header) => listed?.has(header[0].toLowerCase()) !== true);
}
