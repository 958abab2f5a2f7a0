import { createPrivateKey, generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointKeys, keyIdOf, publicJwk, type CheckpointKeys } from '@pontage/audit-chain';

/** The key that signs checkpoints, and the public halves of all that ever did. */
export interface CheckpointKey {
  readonly privateKey: KeyObject;
  readonly keys: CheckpointKeys;
  /** The same as JWKs, to hand out. */
  readonly jwks: readonly JsonWebKey[];
}

const keyFile = 'checkpoint-key.pem';
const publicFile = 'checkpoint-keys.json';

/** The key in `dir`, made when there is none; readable for this user only. A key that was replaced still verifies. */
export function keepCheckpointKey(dir: string): CheckpointKey {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, keyFile);
  makeKey(dir, file);
  chmodSync(file, 0o600);
  const privateKey = createPrivateKey(readFileSync(file));
  const jwks = withPublicKey(join(dir, publicFile), privateKey);
  return { privateKey, jwks, keys: checkpointKeys(jwks) };
}

/** Of two processes that start at once, one makes the key and both use it. */
function makeKey(dir: string, file: string): void {
  const draft = join(dir, `.${randomUUID()}`);
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}

function withPublicKey(file: string, key: KeyObject): JsonWebKey[] {
  const known = readKeys(file);
  if (known.some((jwk) => jwk.kid === keyIdOf(key))) return known;
  const keys = [...known, publicJwk(key)];
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
  return keys;
}

function readKeys(file: string): JsonWebKey[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
