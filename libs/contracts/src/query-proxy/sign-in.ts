import { forbidden, missingScope, stalePolicy } from '@pontage/problems';
import { z } from 'zod';
import { beginConsent, consentProblems } from '../auth-broker/consent.js';
import { forgetCallersGrant, listGrantEvents } from '../auth-broker/grant.js';
import { signIn, signInProblems, verifiedSignIn } from '../auth-broker/sign-in.js';
import { requestContract } from '../contract.js';
import { pageRequest } from '../page.js';

/** Whose sign-in is meant: the caller's own, with the upstream of a resource that they may use. */
const ofCaller = z.strictObject({ resource: z.string(), environment: z.string().max(40).optional() });
const refusals = [forbidden, missingScope, stalePolicy];

/** Tells how the caller stands with the upstream of a resource that they may use. */
export const checkSignIn = requestContract({
  subject: 'v1.query-proxy.sign-in.check',
  callers: ['gateway'],
  request: z.strictObject({
    ...ofCaller.shape,
    /** The caller's own cookies, as one line. */
    cookieLine: z.string().optional(),
  }),
  reply: signIn,
  problems: [...refusals, ...signInProblems],
  deadlineMs: 55_000,
  sealed: true,
});

/** Begins a sign-in of the caller at the provider of a resource that they may use. */
export const startSignIn = requestContract({
  subject: 'v1.query-proxy.sign-in.start',
  callers: ['gateway'],
  request: z.strictObject({
    ...ofCaller.shape,
    ...beginConsent.request.pick({ handle: true, state: true, redirectUri: true, returnTo: true, mayReuse: true })
      .shape,
  }),
  reply: beginConsent.reply,
  problems: [...refusals, ...consentProblems],
  deadlineMs: 10_000,
  sealed: true,
});

/** Forgets what the caller's sign-in has brought. */
export const endSignIn = requestContract({
  subject: 'v1.query-proxy.sign-in.end',
  callers: ['gateway'],
  request: ofCaller,
  reply: forgetCallersGrant.reply,
  problems: [missingScope, stalePolicy, ...forgetCallersGrant.problems],
  deadlineMs: 25_000,
});

/** Lists what happened to the caller's grant, the newest first. */
export const listSignInEvents = requestContract({
  subject: 'v1.query-proxy.sign-in.list-events',
  callers: ['gateway'],
  request: z.strictObject({ ...ofCaller.shape, ...pageRequest.shape }),
  reply: listGrantEvents.reply,
  problems: [...refusals, ...listGrantEvents.problems],
});

/** Lists how an external user stands with the resources of their app that people sign in to. */
export const listSignIns = requestContract({
  subject: 'v1.query-proxy.sign-in.list',
  callers: ['gateway'],
  request: z.strictObject({}),
  reply: z.strictObject({ data: z.array(verifiedSignIn.extend({ id: z.uuid(), name: z.string() })) }),
  problems: [...refusals, ...signInProblems],
  deadlineMs: 55_000,
});
