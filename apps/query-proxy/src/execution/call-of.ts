import type { Call } from '@pontage/contracts';
import type { RunQuery } from '@pontage/contracts/query-proxy';

/** The call around a run, for the broker. */
export function callOf({ org, principal, requestId, ip, userAgent }: RunQuery): Call {
  return {
    org,
    principal,
    requestId,
    ip,
    userAgent,
  };
}
