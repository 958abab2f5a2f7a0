import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** The key that signs access tokens. It is kept in `file` (mode 0600), so that tokens survive a restart. */
export async function signingKey(file: string): Promise<JWK> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'orders-1' };
  writeFileSync(file, JSON.stringify(key), { mode: 0o600 });
  return key;
}

/** The half of the key that may be shown. */
export const publicHalf = ({ d: _private, ...key }: JWK): JWK => key;
