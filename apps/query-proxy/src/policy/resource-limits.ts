import { hasEnvironment } from '@pontage/contracts/resource-registry';
import { rateLimited } from '@pontage/problems';
import type { ResourceSnapshot } from './resource-index.js';

/** What is limited, and by which name its queries are counted together. */
type Limited = Pick<ResourceSnapshot, 'limits'> & { readonly id: string };

/** What of a resource is in hand here, and how much may begin. */
interface Account {
  /** The executions in hand, each with the time at which it is over in any case. */
  readonly running: Map<string, number>;
  tokens: number;
  at: number;
}

/**
 * Keeps queries within their resource's limits. Each query-proxy keeps its share: the limit divided by how many there
 * are, at least one query at a time. Resources without limits cost nothing.
 */
export class ResourceLimits {
  private readonly accounts = new Map<string, Account>();

  /** @param shares how many query-proxies there are, this one among them */
  constructor(private readonly shares: () => number) {}

  /**
   * Lets a query begin that is over within `forMs`, however it ends.
   * @throws rateLimited
   */
  admit({ id, limits }: Limited, executionId: string, forMs: number): void {
    const { concurrency, perSecond } = limits;
    if (concurrency === null && perSecond === null) return;
    const now = performance.now();
    const account = this.accounts.get(id) ?? { running: new Map<string, number>(), tokens: Infinity, at: now };
    this.accounts.set(id, account);
    const shares = this.shares();
    if (concurrency !== null) {
      const share = Math.max(1, Math.floor(concurrency / shares));
      if (account.running.size >= share) endOverdue(account.running, now);
      if (account.running.size >= share)
        throw rateLimited({}, { detail: `This resource takes ${concurrency} queries at a time.` });
    }
    if (perSecond !== null) takeToken(account, perSecond, shares, now);
    account.running.set(executionId, now + forMs);
  }

  /** Ends a query. */
  release({ id }: Pick<ResourceSnapshot, 'id'>, executionId: string): void {
    const account = this.accounts.get(id);
    account?.running.delete(executionId);
  }
}

/** A bucket of one second's worth, or of one query. */
function takeToken(account: Account, perSecond: number, shares: number, now: number): void {
  const rate = perSecond / shares;
  const most = Math.max(1, rate);
  const tokens = Math.min(most, account.tokens + ((now - account.at) / 1_000) * rate);
  account.at = now;
  account.tokens = tokens;
  if (tokens < 1) throw rateLimited({}, { detail: `This resource takes ${perSecond} queries a second.` });
  account.tokens = tokens - 1;
}

/** An environment that has limits or a destination of its own is counted on its own. */
export function limitedIn(resource: ResourceSnapshot, environment: string): Limited {
  const { id, limits } = resource;
  return { id: isApart(resource, environment) ? `${id}/${environment}` : id, limits };
}

/** True for an environment whose queries have nothing to do with those of the others. */
export function isApart(resource: ResourceSnapshot, environment: string): boolean {
  const own = hasEnvironment(resource, environment) ? resource.environments[environment] : undefined;
  return own?.limits !== undefined || own?.baseUrl !== undefined;
}

function endOverdue(running: Map<string, number>, now: number): void {
  for (const [executionId, endsAt] of running) if (endsAt < now) running.delete(executionId);
}
