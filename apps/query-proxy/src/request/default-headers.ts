import { productVersion } from '../version.js';

type Pairs = readonly (readonly [string, string])[];

/** Our own headers, as far as the request does not bring them: the seeds call them the default headers. */
export function defaultHeaders(given: Pairs): [string, string][] {
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const defaults: [string, string][] = [
    ['User-Agent', `Pontage/${productVersion}`],
    ['Accept', '*/*'],
    ['Accept-Encoding', 'gzip, deflate, br'],
  ];
  return defaults.filter(([name]) => !names.has(name.toLowerCase()));
}
