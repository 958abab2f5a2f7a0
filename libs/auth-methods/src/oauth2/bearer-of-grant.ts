import { withHeader, type OutboundRequest } from '@pontage/http-message';
import type { Grant } from '../auth-method.js';
import type { AccessToken } from './grant-request.js';

/** How an access token gets onto a request. @see RFC 6750, 2.1 */
export const bearerOfGrant = {
  apply(request: OutboundRequest, _credential: unknown, grant: Grant<AccessToken> | undefined): OutboundRequest {
    if (grant === undefined) throw new TypeError('an access token is applied with a grant');
    return withHeader(request, 'Authorization', `Bearer ${grant.value.accessToken}`);
  },
  carriers: () => ({ headers: ['authorization'], queryParams: [] }),
  injectedValues: (_credential: unknown, grant: Grant<AccessToken> | undefined) =>
    grant === undefined ? [] : [grant.value.accessToken],
};
