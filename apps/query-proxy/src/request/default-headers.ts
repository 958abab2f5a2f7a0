import { productVersion } from '../version.js';

type Pairs = readonly (readonly [string, string])[];

/**
 * Our own headers, as far as the request does not bring them: the seeds call them the default headers. A request that is
 * passed on gets nothing but `User-Agent`, so that the caller's own wishes about the answer stand.
 */
export function defaultHeaders(given: Pairs, which: 'all' | 'user-agent'): [string, string][] {
  const wanted = which === 'all' ? defaults : userAgent;
  return wanted.filter((each) => !given.some((header) => header[0].toLowerCase() === each[0].toLowerCase()));
}

const userAgent: [string, string][] = [['User-Agent', `Pontage/${productVersion}`]];
const defaults: [string, string][] = [...userAgent, ['Accept', '*/*'], ['Accept-Encoding', 'gzip, deflate, br']];
