import { upstreamTlsFailed, type Problem } from '@pontage/problems';

const sentences: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'The certificate is self-signed; tls.ca or tls.allowSelfSigned would trust it.'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'The certificate comes from an authority that is not trusted here; see tls.ca.'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'The issuer of the certificate is not known here; see tls.ca.'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'The issuer of the certificate is not known here; see tls.ca.'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'The issuer of the certificate is not known here; see tls.ca.'],
  ['CERT_HAS_EXPIRED', 'The certificate has expired.'],
  ['CERT_NOT_YET_VALID', 'The certificate is not valid yet.'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'The certificate is for another host.'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'The upstream offers no TLS version from 1.2 on.'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'The upstream offers no TLS version from 1.2 on.'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'The upstream wants a client certificate; see tls.clientCertificate.'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'The upstream broke off the handshake; it may want a client certificate.'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'The upstream does not trust the authority of our client certificate.'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'The upstream does not accept our client certificate.'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'The upstream says that our client certificate has expired.'],
]);

/** `upstream-tls-failed` with what OpenSSL's code means; the code itself goes along for searching. */
export function tlsProblem(code: string, cause: unknown): Problem {
  const sentence = sentences.get(code);
  const shown = code.slice(0, 80) || 'no reason given';
  const detail = sentence === undefined ? `TLS failed: ${shown}.` : `${sentence} (TLS failed: ${shown})`;
  const reason = code === '' ? {} : { reason: code.slice(0, 80) };
  return upstreamTlsFailed({ stage: 'tls', ...reason }, { detail, cause });
}
