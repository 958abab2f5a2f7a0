import type { Lease } from '@pontage/contracts/auth-broker';
import { leaseName } from '../credential/lease-cache.js';
import type { Prepared } from '../execution/prepare.js';
import { isApart } from '../policy/resource-limits.js';
import type { Pressing } from './pressure.js';

/** Which upstream a query presses on, and as whom. */
export function pressingOf(
  org: string,
  { resolved, region, leaseKey }: Prepared,
  lease: Lease | undefined,
  withinMs: number,
): Pressing {
  const { resource, environment } = resolved;
  return {
    org,
    resource: resource.id,
    version: resource.version,
    environment: isApart(resource, environment) ? environment : null,
    region,
    credential: leaseKey === undefined || lease === undefined ? region : leaseName(leaseKey, lease.serves),
    learns: resource.limits.learn,
    hasItsTime: withinMs >= resource.timeoutMs,
  };
}
