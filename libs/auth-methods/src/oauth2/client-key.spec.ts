import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { oauth2 } from './oauth2.js';

const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  key.export({ type, format: 'pem' }).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const jwk = rsa.export({ format: 'jwk' });
const fault = (privateKey: unknown) => oauth2.secrets.safeParse({ privateKey }).error?.issues[0]?.message;

describe('the private key of a client', () => {
  it.each<[string, unknown]>([
    ['PKCS #8', pem(rsa)],
    ['PKCS #1', pem(rsa, 'pkcs1')],
    ['SEC 1', pem(ec, 'sec1')],
    ['Ed25519', pem(generateKeyPairSync('ed25519').privateKey)],
    ['a JWK', { ...jwk, kid: 'k', alg: 'PS256' }],
    ['a JWK as text', JSON.stringify(jwk)],
    ['a variable', '{{ config.KEY }}'],
  ])('is %s', (_, key) => expect(fault(key)).toBeUndefined());

  it.each<[string, unknown]>([
    ['parse', pem(rsa).slice(0, 300)],
    ['parse', rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })],
    ['parse', { kty: 'RSA', n: 'AQAB' }],
    ['parse', 'hush'],
    ['type', pem(generateKeyPairSync('x25519').privateKey)],
    ['2048', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)],
    ['algorithm', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)],
    ['algorithm', { ...jwk, alg: 'ES256' }],
    ['kid', { ...jwk, kid: 5 }],
    ['needed', 5],
  ])('is refused when it does not %s', (word, key) => {
    expect(fault(key)).toContain(word);
    expect(fault(key)).not.toContain('hush');
  });
});
