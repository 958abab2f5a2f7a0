// AssumeRole of AWS STS (API version 2011-06-15): RoleArn, RoleSessionName, DurationSeconds and ExternalId. Not sent:
// session policies, tags, MFA and source identity, which no field of ours has. By hand, because AWS's client brings an
// HTTP stack of its own, and this request has to leave through the context's fetch.

import { credentialRejected, isProblem, tokenEndpointFailed } from '@pontage/problems';
import type { OutboundRequest } from '@pontage/http-message';
import type { AuthContext, Credential, Grant } from '../auth-method.js';
import { stsOf, stsRegionOf } from './aws-service.js';
import type { secrets, settings } from './aws-sigv4-settings.js';
import { sessionName } from './session-name.js';
import { readErrorCode, readRoleKeys, type SessionKeys } from './sts-answer.js';
import { correctedTime, withSignature } from './with-signature.js';

type AwsCredential = Credential<typeof settings, typeof secrets>;

const durationSeconds = 3_600;
/** What STS says when it does not accept the keys, or the role does not trust them. */
const rejections: ReadonlySet<string> = new Set([
  'AccessDenied',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'OptInRequired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
const knownCodes: ReadonlySet<string> = new Set([
  ...rejections,
  'InternalFailure',
  'MalformedPolicyDocument',
  'PackedPolicyTooLarge',
  'RegionDisabledException',
  'RequestExpired',
  'ServiceUnavailable',
  'Throttling',
  'ValidationError',
]);

/**
 * Keys of the role, for an hour. CloudTrail shows the caller as the session's name: the keys serve nobody else.
 * @throws credentialRejected, tokenEndpointFailed, or the egress worker's problem
 */
export async function assumeRole(credential: AwsCredential, context: AuthContext): Promise<Grant<SessionKeys>> {
  const { region, stsEndpoint = stsOf(region) } = credential.settings;
  if (stsEndpoint === undefined) throw tokenEndpointFailed({}, { detail: 'The region has no STS that is known.' });
  const askedAt = context.now();
  const form = formOf(credential, sessionName(context), stsEndpoint);
  const scope = { service: 'sts', region: stsRegionOf(new URL(stsEndpoint).host, region) };
  const signed = withSignature(form, scope, staticKeys(credential), askedAt);
  let answer = await send(signed, context);
  const head = { status: answer.status, headers: [...answer.headers.entries()] };
  // A clock that is wrong here is not the credential's fault, and the STS has just told the time.
  const theirTime = correctedTime(head, signed, askedAt);
  if (theirTime !== undefined)
    answer = await send(withSignature(form, scope, staticKeys(credential), theirTime), context);
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer.status, readErrorCode(text));
  const granted = readRoleKeys(text);
  if (granted === undefined) throw tokenEndpointFailed({}, { detail: 'The STS gave an answer that is none.' });
  // The end is told by the STS's clock: what counts is how far off it is.
  const theirNow = Date.parse(answer.headers.get('date') ?? '');
  const lifetimeMs = granted.expiresAt.getTime() - (Number.isNaN(theirNow) ? askedAt.getTime() : theirNow);
  return {
    value: granted.keys,
    expiresAt: new Date(askedAt.getTime() + Math.min(lifetimeMs, durationSeconds * 1_000)),
  };
}

/** The keys of the credential itself. */
export const staticKeys = ({
  settings: { accessKeyId },
  secrets: { secretAccessKey, sessionToken },
}: AwsCredential): SessionKeys => ({ accessKeyId, secretAccessKey, sessionToken });

function formOf({ settings: { roleArn = '', externalId } }: AwsCredential, session: string, url: string) {
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: session,
    DurationSeconds: String(durationSeconds),
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  });
  return {
    method: 'POST',
    url,
    headers: [
      ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
      ['Accept', 'application/xml'],
    ],
    body: Buffer.from(form.toString()),
  } satisfies OutboundRequest;
}

async function send({ url, method, headers, body }: OutboundRequest, { fetch }: AuthContext): Promise<Response> {
  try {
    return await fetch(url, { method, headers: Object.fromEntries(headers), body });
  } catch (error) {
    if (isProblem(error)) throw error;
    throw tokenEndpointFailed({}, { detail: 'The STS could not be asked.', note: String((error as Error).name) });
  }
}

function refusal(status: number, code: string | undefined): Error {
  const known = code !== undefined && knownCodes.has(code) ? ` with ${code}` : '';
  const detail = `The STS answered ${status}${known}.`;
  return status === 401 || rejections.has(code ?? '')
    ? credentialRejected({}, { detail })
    : tokenEndpointFailed({}, { detail });
}
