import type { Problem } from '@pontage/problems';

/** What helps: the same for every such problem, or what its facts say. */
type Remedy = string | ((facts: Problem['facts']) => string);

const ours = 'Nothing is wrong with the resource as far as is known. Test again; if it stays, tell the operator.';
const path = 'Give a path that the resource allows, or change its policy.';

/**
 * What helps against each problem that a query can end in, in plain words for whoever configures the resource. Problems that
 * are not here are the caller's own, and are answered as they are.
 */
export const remedies: Readonly<Record<string, Remedy>> = {
  'invalid-request': 'Change the setting, the variable or the path that the detail names.',
  'unknown-variable':
    'Set the configuration variable for this environment; `params` and what an external user brings have no value in a test.',
  'secret-variable':
    'Name the secret variable in a setting of the resource, a header for instance: the path of a test cannot hold it.',
  'template-unsupported': 'Use a plain path such as {{ config.NAME }}.',
  forbidden: path,
  'not-found': 'What the broker kept for this resource is gone: give its secrets again.',
  'rate-limited': 'Wait a moment: a test counts against the limits of the resource, as a query does.',
  'body-too-large': 'Make what the resource sends with every request smaller.',
  'body-not-signable': 'Test with a method that has no body.',
  'body-not-replayable': 'Test with a method that has no body.',
  'destination-denied':
    'Use a public address. An operator can allow others for the workers of a region (PONTAGE_EGRESS_ALLOW).',
  'upstream-unreachable': ({ stage }) =>
    stage === 'resolve'
      ? 'Check the spelling of the host in the base URL, and that its name is known in public DNS.'
      : "Check the port in the base URL, and that the upstream runs and lets in the region's addresses (GET /api/v1/outbound-addresses).",
  'upstream-timed-out': ({ stage }) => timeOuts.get(String(stage)) ?? slow,
  'upstream-tls-failed': ({ reason }) => tlsRemedies.get(String(reason)) ?? tls,
  'upstream-broken':
    'Check that the port speaks HTTP, and whether it wants https in the place of http in the base URL, or the reverse.',
  'response-too-large': 'Test a path with a smaller answer, or raise limits.responseBytes.',
  'too-many-redirects': 'Make the URL that the redirects lead to the base URL.',
  'credential-rejected':
    'Check user and password, or client id and client secret, and that the account is not locked; then save the credential again.',
  'consent-required':
    'Sign in at the provider (authUrl of a refused query, or the sign-in of the resource), then test again.',
  'challenge-unsupported':
    'Let the upstream offer a scheme and algorithm that this auth method has, or choose another method.',
  'token-endpoint-failed':
    'Check the URL of the token endpoint, the scopes and the audience. A failure is remembered for a moment: test again then.',
  'lease-unavailable': 'Test again in a moment: the broker that keeps the credential cannot be reached.',
  'circuit-open': 'Look at what this test finds: it is let through while queries are kept from the upstream.',
  'region-unavailable':
    'Choose another region, or ask the operator to start a worker in this one (GET /api/v1/regions lists those that have some).',
  overloaded: 'Test again in a moment, or ask the operator for more workers in this region.',
  'worker-lost': ours,
  'dispatch-lost': ours,
  'stale-policy': ours,
  'audit-unavailable': 'Tell the operator: without the audit record nothing is sent.',
  unavailable: ours,
  internal: ours,
};

/** What helps against a problem. */
export function remedyOf({ slug, facts }: Problem): string {
  const remedy = remedies[slug] ?? ours;
  return typeof remedy === 'string' ? remedy : remedy(facts);
}

const slow = 'Test a path that answers faster, or raise timeoutMs of the resource.';
const timeOuts: ReadonlyMap<string, string> = new Map([
  ['resolve', "The name servers of the host do not answer; check its name, and ask the host's operator."],
  [
    'connect',
    "A firewall may drop our packets: let in the region's addresses (GET /api/v1/outbound-addresses), and check host and port.",
  ],
  ['tls', 'Check that the port speaks TLS: with plain HTTP the base URL begins with http.'],
]);

const tls = 'Check the certificate and the TLS versions of the upstream, and `tls` of the resource.';
const selfSigned = 'Set tls.allowSelfSigned, or pin tls.ca: the certificate itself or the authority that signed it.';
const unknownIssuer =
  'Pin the authority in tls.ca, or let the upstream send its whole chain with the certificates in between.';
const ourCertificate = 'Give tls.clientCertificate and tls.clientKey from an authority that the upstream trusts.';
const oldVersion = 'The upstream has to speak TLS 1.2 or newer.';

/** By OpenSSL's codes. */
const tlsRemedies: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', selfSigned],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'Pin the authority in tls.ca, or set tls.allowSelfSigned.'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownIssuer],
  ['UNABLE_TO_GET_ISSUER_CERT', unknownIssuer],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', unknownIssuer],
  ['CERT_HAS_EXPIRED', 'The upstream needs a new certificate; no setting makes an expired one good.'],
  ['CERT_NOT_YET_VALID', 'Check the clocks: the certificate begins to be valid later.'],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'Use the host name that stands in the certificate, or let the upstream get one for this host.',
  ],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', oldVersion],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', oldVersion],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', ourCertificate],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', ourCertificate],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', ourCertificate],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', ourCertificate],
  [
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
    'Give a client certificate that has not expired (tls.clientCertificate).',
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'The port speaks no TLS: with plain HTTP the base URL begins with http.'],
  ['EPROTO', 'The port speaks no TLS: with plain HTTP the base URL begins with http.'],
  [
    'ECONNRESET',
    'The upstream broke off the handshake: check that the port speaks TLS, and whether it wants a client certificate.',
  ],
]);
