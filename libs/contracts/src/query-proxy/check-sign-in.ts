import { forbidden, missingScope, stalePolicy } from '@pontage/problems';
import { z } from 'zod';
import { signIn, signInProblems } from '../auth-broker/sign-in.js';
import { requestContract } from '../contract.js';

/** Tells how the caller stands with the upstream of a resource that they may use. */
export const checkSignIn = requestContract({
  subject: 'v1.query-proxy.sign-in.check',
  callers: ['gateway'],
  request: z.strictObject({
    resource: z.string(),
    environment: z.string().max(40).optional(),
    /** The caller's own cookies, as one line. */
    cookieLine: z.string().optional(),
  }),
  reply: signIn,
  problems: [forbidden, missingScope, stalePolicy, ...signInProblems],
  deadlineMs: 55_000,
  sealed: true,
});
