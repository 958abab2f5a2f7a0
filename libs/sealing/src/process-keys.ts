import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** The public half of a process's key, as presence announces it. */
export interface PublicKey {
  /** The first 8 bytes of the key's SHA-256, hex. */
  readonly id: string;
  /** The 32 raw bytes (RFC 7748), base64url. */
  readonly publicKey: string;
}

interface KeyPair extends PublicKey {
  readonly privateKey: KeyObject;
}

/**
 * The X25519 keys of this process: the one it uses now and the ones before it, which still open what was sealed
 * a moment ago. They live in memory only and are as old as the process at most.
 */
export class ProcessKeys {
  private pairs: KeyPair[] = [generatePair()];

  /** The key to seal for and with. */
  get current(): PublicKey {
    const { id, publicKey } = this.newest();
    return { id, publicKey };
  }

  /** The id of that key. */
  get currentId(): string {
    return this.newest().id;
  }

  /** Makes a new current key; the last two before it go on opening boxes. */
  rotate(): void {
    this.pairs = [generatePair(), ...this.pairs.slice(0, 2)];
  }

  /** The private key of this id, while it is kept. */
  privateKey(id: string): KeyObject | undefined {
    return this.pairs.find((pair) => pair.id === id)?.privateKey;
  }

  private newest(): KeyPair {
    const pair = this.pairs[0];
    if (pair === undefined) throw new Error('a process has at least one key');
    return pair;
  }
}

/** A public key from its raw form. @throws Error when it is not 32 bytes of base64url. */
export function importPublicKey(publicKey: string): KeyObject {
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: publicKey } });
}

function generatePair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const raw = publicKey.export({ format: 'jwk' }).x ?? '';
  return { id: keyId(raw), publicKey: raw, privateKey };
}

const keyId = (raw: string): string =>
  createHash('sha256').update(Buffer.from(raw, 'base64url')).digest('hex').slice(0, 16);
