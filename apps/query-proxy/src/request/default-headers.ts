import { productVersion } from '../version.js';

type Pairs = readonly (readonly [string, string])[];

/**
 * Our own headers, as far as the request does not bring them: the seeds call them the default headers. A request that is
 * passed on gets nothing but `User-Agent`, so that the caller's own wishes about the answer stand.
 */
export function defaultHeaders(given: Pairs, which: 'all' | 'user-agent'): [string, string][] {
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const defaults: [string, string][] = [
    ['User-Agent', `Pontage/${productVersion}`],
    ['Accept', '*/*'],
    ['Accept-Encoding', 'gzip, deflate, br'],
  ];
  return defaults.slice(0, which === 'all' ? 3 : 1).filter(([name]) => !names.has(name.toLowerCase()));
}
