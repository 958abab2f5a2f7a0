import type { AuthMethod } from '../auth-method.js';
import { assumeRole, staticKeys } from './assume-role.js';
import { stsOf } from './aws-service.js';
import { secrets, settings } from './aws-sigv4-settings.js';
import { awsRefusals } from './refusals.js';
import type { SessionKeys } from './sts-answer.js';
import { correctedTime, signatureHeaders, signatureIn, signedTexts, withSignature } from './with-signature.js';

/** A signature of AWS over the whole request, with keys of one's own or with those of an assumed role. */
export const awsSigv4: AuthMethod<typeof settings, typeof secrets, SessionKeys> = {
  id: 'aws-sigv4',
  title: 'AWS IAM (Signature Version 4)',
  guide:
    'Every request is signed for the region and service, after everything else about it is final. With a role to assume, the keys are used for that alone: Pontage asks the STS for an hour’s keys from the region of the resource, for each caller in a session of their name, and asks again before they expire.',
  settings,
  secrets,
  rotates: [['accessKeyId', 'secretAccessKey', 'sessionToken']],
  signs: true,
  answerOn: [400, 403],
  retryOn: [],
  // Services that speak JSON answer 400 to a key that they do not know.
  refusedOn: [400, 401, 403],
  refusals: awsRefusals,
  acquire: assumeRole,
  acquires: ({ roleArn }) => roleArn !== undefined,
  // CloudTrail tells callers apart by their sessions.
  grantsPerCaller: ({ roleArn }) => roleArn !== undefined,
  destination: ({ roleArn, stsEndpoint, region }) =>
    roleArn === undefined ? '' : (stsEndpoint ?? stsOf(region) ?? ''),
  apply: (request, credential, grant, now) =>
    withSignature(request, credential.settings, grant?.value ?? staticKeys(credential), now),
  answer(challenge, request, credential, grant, now) {
    const corrected = correctedTime(challenge, request, now);
    return corrected === undefined ? undefined : awsSigv4.apply(request, credential, grant, corrected);
  },
  carriers: (credential) => ({
    headers: signatureHeaders.filter(
      (name) =>
        name !== 'x-amz-security-token' ||
        credential.settings.roleArn !== undefined ||
        credential.secrets.sessionToken !== undefined,
    ),
    queryParams: [],
  }),
  injectedValues(credential, grant, applied) {
    const { accessKeyId, sessionToken } = grant?.value ?? staticKeys(credential);
    const signature = applied === undefined ? undefined : signatureIn(applied);
    return [accessKeyId, sessionToken, signature].filter((text) => text !== undefined);
  },
  explain: (applied, credential) => signedTexts(applied, credential.settings),
};
