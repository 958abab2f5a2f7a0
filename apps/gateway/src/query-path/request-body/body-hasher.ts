import { createHash } from 'node:crypto';
import { bodyHashes, type BodyHashes } from '@pontage/contracts/query-proxy';

/** Hashes a body as it comes, in every way that a signer may ask for. */
export class BodyHasher {
  private readonly hashes = bodyHashes.map((name) => [name, createHash(name)] as const);

  update(bytes: Uint8Array): void {
    for (const [, hash] of this.hashes) hash.update(bytes);
  }

  digest(): BodyHashes {
    return Object.fromEntries(this.hashes.map(([name, hash]) => [name, hash.digest('hex')])) as BodyHashes;
  }
}

/** The hashes of a body that is here. */
export function hashesOf(body: Uint8Array): BodyHashes {
  const hasher = new BodyHasher();
  hasher.update(body);
  return hasher.digest();
}
