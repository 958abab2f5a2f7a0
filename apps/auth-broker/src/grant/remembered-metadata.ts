import type { EgressFetch, EgressManner } from '@pontage/dispatch';
import { LRUCache } from 'lru-cache';
import { TokenEgress } from './token-egress.js';

/** Providers say in weeks that something of theirs will change. */
const keptForMs = 10 * 60_000;
const maxKept = 500;
/** OpenID Connect Discovery 1.0, 4; RFC 8414, 3: the latter in front of an issuer's path. */
const wellKnown = /\/\.well-known\/(openid-configuration$|oauth-authorization-server(\/|$))/;

interface Kept {
  readonly text: string;
  readonly contentType: string;
}

/** The way out, on which a provider is asked once in ten minutes what it says of itself, and not before each token request. */
export class RememberedMetadata extends TokenEgress {
  private readonly kept = new LRUCache<string, Kept>({ max: maxKept, ttl: keptForMs, perf: performance });

  constructor(private readonly inner: TokenEgress) {
    super();
  }

  fetchFrom(region: string, org: string, manner?: EgressManner): EgressFetch {
    const fetch = this.inner.fetchFrom(region, org, manner);
    return async (url, init = {}) => {
      if (!asksForMetadata(new URL(url), init)) return fetch(url, init);
      // What one organisation or region is told is told to no other.
      const name = `${org} ${region} ${String(url)}`;
      const known = this.kept.get(name);
      if (known !== undefined) return new Response(known.text, { headers: { 'content-type': known.contentType } });
      const response = await fetch(url, init);
      const text = response.status === 200 ? await response.clone().text() : '';
      if (isMetadata(text)) this.kept.set(name, { text, contentType: response.headers.get('content-type') ?? '' });
      return response;
    };
  }
}

type Init = NonNullable<Parameters<EgressFetch>[1]>;

function asksForMetadata({ pathname }: URL, { method = 'GET', headers }: Init): boolean {
  return method === 'GET' && wellKnown.test(pathname) && !new Headers(headers).has('authorization');
}

/** Whoever mends what a provider says of itself does not wait. */
function isMetadata(text: string): boolean {
  try {
    const { issuer } = Object(JSON.parse(text)) as { issuer?: unknown };
    return typeof issuer === 'string';
  } catch {
    return false;
  }
}
