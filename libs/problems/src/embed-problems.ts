import { z } from 'zod';
import { defineProblem } from './problem.js';

// What becomes of embed URLs and sessions.
export const embedSessionExpired = defineProblem({
  slug: 'embed-session-expired',
  kind: 'unauthenticated',
  title: 'This embed session has ended',
});
export const embedUrlRedeemed = defineProblem({
  slug: 'embed-url-redeemed',
  kind: 'gone',
  title: 'This embed URL has been used',
  // Not the token: the gateway sends on a browser that holds the session which this URL made.
  facts: z.object({ sessionId: z.string() }),
});
export const embedUrlExpired = defineProblem({
  slug: 'embed-url-expired',
  kind: 'gone',
  title: 'This embed URL has expired',
});
export const embedUrlRevoked = defineProblem({
  slug: 'embed-url-revoked',
  kind: 'gone',
  title: 'This embed URL has been revoked',
});
