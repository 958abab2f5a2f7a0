import { z } from 'zod';
import { defineProblem } from './problem.js';

// What is wrong with a credential, or with what an upstream wants of it.
export const bodyNotSignable = defineProblem({
  slug: 'body-not-signable',
  kind: 'too-large',
  title: 'The auth method has to see the whole body, and it is too large for that',
  facts: z.object({ limitBytes: z.number() }),
});
export const credentialRejected = defineProblem({
  slug: 'credential-rejected',
  kind: 'upstream-failed',
  title: 'The credential is not accepted',
});
export const challengeUnsupported = defineProblem({
  slug: 'challenge-unsupported',
  kind: 'upstream-failed',
  title: 'The upstream asks for a proof that this auth method cannot give',
  // Schemes and algorithms, in the upstream's words as far as they are tokens.
  facts: z.object({ offered: z.array(z.string()) }),
});
export const tokenEndpointFailed = defineProblem({
  slug: 'token-endpoint-failed',
  kind: 'upstream-failed',
  title: 'The token endpoint could not give a token',
});
export const consentRequired = defineProblem({
  slug: 'consent-required',
  kind: 'conflict',
  title: 'Somebody has to sign in at the provider first',
  // Of which resource, in which environment; and where, which only the gateway can say: a page of ours that leads to the provider.
  facts: z.object({
    resource: z.string().optional(),
    environment: z.string().optional(),
    authUrl: z.string().optional(),
  }),
});
export const consentDenied = defineProblem({
  slug: 'consent-denied',
  kind: 'forbidden',
  title: 'The provider did not get the consent of whoever was asked',
});
export const consentExpired = defineProblem({
  slug: 'consent-expired',
  kind: 'gone',
  title: 'This sign-in has been used, has run out, or was begun in another browser',
});
export const newSecretRejected = defineProblem({
  slug: 'new-secret-rejected',
  kind: 'unprocessable',
  title: 'The new secret did not pass its test',
  // The stage of the test that failed, in the words of a connection test.
  facts: z.object({ stage: z.string() }),
});
export const rotationSettling = defineProblem({
  slug: 'rotation-settling',
  kind: 'conflict',
  title: 'A rotation of this credential has not settled yet',
});
