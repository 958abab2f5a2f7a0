import type { BreakerRecord } from '@pontage/bus';
import { LRUCache } from 'lru-cache';
import { Breaker, type BreakerState } from './breaker.js';

/** Whose upstream it is that a breaker keeps queries from, and where they would leave. */
export interface Guarded extends Pick<BreakerRecord, 'org' | 'resource' | 'environment' | 'region'> {
  /** The resource's. */
  readonly version: number;
}

interface Known {
  readonly version: number;
  readonly breaker: Breaker;
}

const maxKnown = 10_000;
/** The newest are announced. */
const maxAnnounced = 50;

/** The breakers of all upstreams that were asked lately; those that are not closed are announced. */
export class Breakers {
  private readonly known = new LRUCache<string, Known>({ max: maxKnown });
  /** By what they guard, the newest last. */
  private readonly troubled = new Map<string, BreakerRecord>();

  constructor(private readonly announce: (breakers: BreakerRecord[]) => void) {}

  /** That of an older version of the resource is forgotten: what was changed may have been the trouble. */
  of(guarded: Guarded): Breaker {
    const { version } = guarded;
    const name = `${guarded.resource}/${guarded.environment ?? ''}/${guarded.region}`;
    const known = this.known.get(name);
    if (known !== undefined && known.version >= version) return known.breaker;
    const breaker: Breaker = new Breaker((state) => {
      if (this.known.get(name)?.breaker === breaker) this.note(name, guarded, state);
    });
    this.known.set(name, { version, breaker });
    if (this.troubled.has(name)) this.note(name, guarded, 'closed');
    return breaker;
  }

  private note(name: string, { org, resource, environment, region }: Guarded, state: BreakerState): void {
    this.troubled.delete(name);
    if (state !== 'closed')
      this.troubled.set(name, { org, resource, environment, region, state, since: new Date().toISOString() });
    const [oldest] = this.troubled.keys();
    if (this.troubled.size > maxAnnounced && oldest !== undefined) this.troubled.delete(oldest);
    this.announce([...this.troubled.values()]);
  }
}
