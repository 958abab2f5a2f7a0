import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals kept answers with keys that only the caller's own bearer token yields: whoever reads the store reads nothing,
 * a restarted gateway or another one opens it, and no key of ours has to be kept for it.
 * @see RFC 5869 (HKDF-SHA256), AES-256-GCM
 */
export class AnswerSeal {
  private readonly sealKey: Uint8Array;
  private readonly printKey: Uint8Array;

  constructor(bearerToken: string) {
    const derive = (purpose: string) => new Uint8Array(hkdfSync('sha256', bearerToken, 'pontage', purpose, 32));
    this.sealKey = derive('idempotency answer');
    this.printKey = derive('idempotency fingerprint');
  }

  /** Tells two requests apart without showing what is in them. Base64url. */
  fingerprint(...parts: readonly (string | Uint8Array)[]): string {
    const hmac = createHmac('sha256', this.printKey);
    for (const part of parts) {
      hmac.update(`${Buffer.byteLength(part)}:`);
      hmac.update(part);
    }
    return hmac.digest('base64url');
  }

  /** Seals a text for one place; it opens nowhere else. Base64url. */
  seal(text: string, place: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.sealKey, nonce).setAAD(Buffer.from(place));
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** Opens what {@link seal} made. @throws Error for anything else */
  open(sealed: string, place: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.sealKey, bytes.subarray(0, nonceBytes))
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
  }
}
