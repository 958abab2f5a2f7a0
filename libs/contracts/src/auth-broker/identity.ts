import { invalidRequest, leaseUnavailable, unavailable } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';

/** Claims that the broker alone decides, and nobody can choose. @see RFC 7519, 4.1 */
export const registeredClaims = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'org'] as const;

/**
 * Signs who the call's principal is, for one resource. `claimsJson` is what else is said: an object as JSON text, so that an
 * int64 stays exact. Its reply is sealed: until it ends, whoever has it is that caller to the resource's upstream.
 */
export const leaseIdentity = requestContract({
  subject: 'v1.auth-broker.identity.lease',
  callers: ['query-proxy'],
  request: z.strictObject({ resourceId: z.uuid(), claimsJson: z.string().max(16 * 1024) }),
  reply: z.strictObject({
    /** A JWT (RFC 7519) in JWS compact form, signed with ES256. */
    token: z.string(),
    expiresInMs: z.number().positive(),
  }),
  problems: [invalidRequest, leaseUnavailable, unavailable],
  sealed: true,
});
