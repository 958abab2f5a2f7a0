import type { Bus } from '@pontage/bus';
import { callerName, callerOf, type Call } from '@pontage/contracts';
import { leaseIdentity } from '@pontage/contracts/auth-broker';
import { isProblem, leaseUnavailable, unavailable } from '@pontage/problems';
import { liveSecrets } from '@pontage/telemetry';
import { LRUCache } from 'lru-cache';

/** Who an upstream is told that somebody is. */
export interface AskedIdentity {
  readonly resourceId: string;
  readonly claimsJson: string;
}

interface Held {
  readonly token: string;
  /** On this process's own monotonic clock: from here on a new one is asked for, and until there it may be used. */
  readonly renewAt: number;
  readonly until: number;
}

/** A query may take two minutes until its last attempt: a token that it begins with is good for them. */
const longestQueryMs = 125_000;
/** The part of its use after which a token is renewed while queries go on with it. */
const renewedAfter = 2 / 3;
const maxBytes = 32 * 1024 * 1024;
/** What an entry takes besides its token and its name. */
const entryBytes = 256;
const inUseMs = 60_000;

/**
 * Signed identities that the broker has made, each named by everything that is in it. One in use is renewed ahead of time, so
 * that nobody waits; without a broker they serve as long as a query could still begin with them.
 */
export class IdentityTokens {
  private readonly held = new LRUCache<string, Held>({
    maxSize: maxBytes,
    sizeCalculation: ({ token }, name) => entryBytes + token.length + name.length,
  });
  private readonly asking = new Map<string, Promise<Held>>();

  constructor(private readonly bus: Pick<Bus, 'request'>) {}

  /**
   * The token: at once when it is here.
   * @throws Problem `lease-unavailable` when there is none and none can be had
   */
  get(asked: AskedIdentity, call: Call): string | Promise<string> {
    const name = identityName(asked, call);
    const held = this.held.get(name);
    const now = performance.now();
    if (held === undefined || held.until <= now) return this.ask(name, asked, call).then((fresh) => used(fresh, call));
    // Who asks next tries again; until then the one from before serves.
    if (held.renewAt <= now) void this.ask(name, asked, call).catch(() => undefined);
    return used(held, call);
  }

  private ask(name: string, asked: AskedIdentity, call: Call): Promise<Held> {
    const underWay = this.asking.get(name);
    if (underWay !== undefined) return underWay;
    const asking = this.fetch(name, asked, call).finally(() => this.asking.delete(name));
    this.asking.set(name, asking);
    return asking;
  }

  private async fetch(name: string, asked: AskedIdentity, call: Call): Promise<Held> {
    const begun = performance.now();
    const { token, expiresInMs } = await this.bus.request(leaseIdentity, asked, call).catch((cause: unknown) => {
      if (!isProblem(cause, unavailable)) throw cause;
      throw leaseUnavailable({}, { cause, detail: 'Nobody can sign now who the caller is. Nothing was sent.' });
    });
    const usableMs = expiresInMs - longestQueryMs;
    const held = { token, renewAt: begun + usableMs * renewedAfter, until: begun + usableMs };
    this.held.set(name, held);
    return held;
  }
}

/** A name that no other token has which says anything else. */
export const identityName = (
  { resourceId, claimsJson }: AskedIdentity,
  { org, principal }: Pick<Call, 'org' | 'principal'>,
): string => JSON.stringify([org, resourceId, callerName(callerOf(principal)), claimsJson]);

/** Noted at each use: there may be as many as there are users, and what is not used needs no place. */
function used({ token }: Held, { org }: Call): string {
  liveSecrets.note(org, [token], inUseMs);
  return token;
}
