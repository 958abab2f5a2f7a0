import { createHash, createPublicKey, sign, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Checkpoint } from '@pontage/contracts/audit-log';
import type { Head } from './chain.js';

/** The public halves of the keys that sign checkpoints, by key id. */
export type CheckpointKeys = ReadonlyMap<string, KeyObject>;

/** The id of a key: its JWK thumbprint. @see RFC 7638, RFC 8037 */
export function keyIdOf(key: KeyObject): string {
  const { crv, kty, x } = createPublicKeyOf(key).export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

/** The public half as a JWK with its id, as `listCheckpoints` hands it out. */
export function publicJwk(key: KeyObject): JsonWebKey & { kid: string } {
  return { ...createPublicKeyOf(key).export({ format: 'jwk' }), kid: keyIdOf(key) };
}

/** The keys of a JWK list; ids are computed, never believed. @throws Error on what is no Ed25519 key. */
export function checkpointKeys(jwks: readonly JsonWebKey[]): CheckpointKeys {
  return new Map(
    jwks.map((jwk) => {
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      if (key.asymmetricKeyType !== 'ed25519') throw new Error('a checkpoint key is an Ed25519 key');
      return [keyIdOf(key), key];
    }),
  );
}

/** States with a signature how far an organisation's chain reached at a time. */
export function signCheckpoint(org: string, head: Head, at: Date, privateKey: KeyObject): Checkpoint {
  const stated = { seq: head.seq, hash: head.hash, at: at.toISOString() };
  const signature = sign(null, statement(org, stated), privateKey).toString('base64url');
  return { ...stated, keyId: keyIdOf(privateKey), signature };
}

/** Why a checkpoint is not to be believed; undefined when it is. */
export function checkpointFault(org: string, checkpoint: Checkpoint, keys: CheckpointKeys): string | undefined {
  const key = keys.get(checkpoint.keyId);
  if (key === undefined) return 'The checkpoint is signed with an unknown key.';
  const signature = Buffer.from(checkpoint.signature, 'base64url');
  // Spare bits and other alphabets would decode to the same bytes: only the one right spelling counts.
  const spelling = signature.toString('base64url') === checkpoint.signature;
  if (spelling && verify(null, statement(org, checkpoint), key, signature)) return undefined;
  return 'The signature of the checkpoint does not hold.';
}

const statement = (org: string, { seq, hash, at }: Pick<Checkpoint, 'seq' | 'hash' | 'at'>): Buffer =>
  Buffer.from(`${org}|${seq}|${hash}|${at}`);

const createPublicKeyOf = (key: KeyObject): KeyObject => (key.type === 'public' ? key : createPublicKey(key));
