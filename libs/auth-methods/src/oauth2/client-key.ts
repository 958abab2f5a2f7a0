import type { KeyObject } from 'node:crypto';
import { importJWK, type JWK } from 'jose';
import type { PrivateKey } from 'openid-client';
import { z } from 'zod';
import { isTemplated } from '../fields.js';
import { keyFault, privateKeyOf } from '../private-key.js';

/** A key that an assertion is signed with: PEM, or a JWK. */
export type ClientKey = string | Readonly<Record<string, unknown>>;

const needed = 'A private key is needed: PEM, or a JWK as an object or as text.';
const curves: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);
const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

/** A private key, parsed when it is saved. A text that names a configuration variable is parsed once it is rendered. */
export const clientKey = z
  .union([z.string().min(1).max(20_000), z.looseObject({})], { error: needed })
  .superRefine((given, context) => {
    if (typeof given === 'string' && isTemplated(given)) return;
    const fault = faultOf(given);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

/** The key as it signs, with its `kid` if it is a JWK that has one. The algorithm follows from the key. @see RFC 7518, 3.1 */
export async function signingKeyOf(given: ClientKey): Promise<PrivateKey & { readonly alg: string }> {
  const jwk = jwkOf(given);
  const key = privateKeyOf(jwk ?? given);
  const alg = key === undefined ? undefined : algorithmOf(key, jwk?.alg);
  if (key === undefined || alg === undefined) throw new TypeError('the private key of a client was not checked');
  const imported = await importJWK(key.export({ format: 'jwk' }) as JWK, alg);
  if (imported instanceof Uint8Array) throw new TypeError('the private key of a client is a symmetric one');
  return { key: imported, alg, ...(typeof jwk?.kid === 'string' ? { kid: jwk.kid } : {}) };
}

function faultOf(given: ClientKey): string | undefined {
  const jwk = jwkOf(given);
  if (jwk === undefined && typeof given !== 'string') return needed;
  const key = privateKeyOf(jwk ?? given);
  const fault = keyFault(key, ['rsa', 'ec', 'ed25519']);
  if (fault !== undefined || key === undefined) return fault;
  if (jwk?.kid !== undefined && typeof jwk.kid !== 'string') return 'The `kid` of a JWK is text.';
  return algorithmOf(key, jwk?.alg) === undefined
    ? 'No algorithm of JWS goes with this key (RFC 7518, 3.1).'
    : undefined;
}

function jwkOf(given: ClientKey): Record<string, unknown> | undefined {
  if (typeof given !== 'string') return given;
  try {
    const value: unknown = JSON.parse(given);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function algorithmOf(key: KeyObject, asked: unknown): string | undefined {
  const own =
    key.asymmetricKeyType === 'ec'
      ? curves.get(key.asymmetricKeyDetails?.namedCurve ?? '')
      : key.asymmetricKeyType === 'ed25519'
        ? 'EdDSA'
        : 'RS256';
  if (asked === undefined || asked === own) return own;
  if (own === 'EdDSA') return asked === 'Ed25519' ? asked : undefined;
  return key.asymmetricKeyType === 'rsa' ? rsaAlgorithms.find((each) => each === asked) : undefined;
}
