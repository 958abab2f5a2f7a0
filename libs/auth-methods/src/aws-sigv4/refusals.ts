/** The error codes by which AWS refuses a request because of who signed it, or how; its services spell some of them differently. */
export const awsRefusals: Readonly<Record<string, string>> = {
  RequestTimeTooSkewed: 'The clocks of this machine and of AWS differ too much: set the clock of the query-proxies.',
  RequestExpired: 'The clocks of this machine and of AWS differ too much: set the clock of the query-proxies.',
  'Signature expired': 'The clocks of this machine and of AWS differ too much: set the clock of the query-proxies.',
  SignatureDoesNotMatch:
    'The secret access key is not the one of this access key id, or region or service are not those of the API.',
  InvalidSignatureException:
    'The secret access key is not the one of this access key id, or region or service are not those of the API.',
  InvalidAccessKeyId: 'AWS does not know this access key id: check it, and whether the key has been deleted.',
  InvalidClientTokenId: 'AWS does not know this access key id: check it, and whether the key has been deleted.',
  UnrecognizedClientException: 'AWS does not know this access key id: check it, and whether the key has been deleted.',
  ExpiredToken: 'The session token has expired: give new keys, or let Pontage assume a role (roleArn).',
  AuthorizationHeaderMalformed:
    'The signature is for another region or service: set region and service to those of the API.',
  'Credential should be scoped':
    'The signature is for another region or service: set region and service to those of the API.',
  AccessDenied:
    'The signature is right, and the keys lack the right for this call: extend their policy, or test another path.',
};
