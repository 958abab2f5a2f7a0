import { createPrivateKey, type KeyObject } from 'node:crypto';

/** The private key in a PEM text (PKCS #8, PKCS #1 or SEC 1) or a JWK; undefined when there is none. What is wrong with it is not repeated. */
export function privateKeyOf(key: string | object): KeyObject | undefined {
  try {
    return typeof key === 'string'
      ? createPrivateKey({ key, format: 'pem' })
      : createPrivateKey({ key: key as Record<string, unknown>, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Why a key is too weak or of the wrong kind for a signature; undefined when it is good. */
export function keyFault(key: KeyObject | undefined, kinds: readonly string[]): string | undefined {
  if (key === undefined) return 'It does not parse as a private key without a passphrase.';
  if (!kinds.includes(key.asymmetricKeyType ?? '')) return `A key of the type ${kinds.join(' or ')} is needed.`;
  const bits = key.asymmetricKeyDetails?.modulusLength;
  return bits !== undefined && bits < 2048 ? 'An RSA key of at least 2048 bits is needed.' : undefined;
}
