// Boxes between two processes: X25519 (RFC 7748) once an hour and pair, HKDF-SHA256 (RFC 5869) per direction,
// AES-256-GCM (NIST SP 800-38D) with a counter as nonce per message. No HPKE (RFC 9180): its key agreement per
// message costs 300 µs, and both ends are known and authenticated by the bus (who may announce which key).
//
// box = version 1 byte · sender's key id 8 · receiver's key id 8 · nonce 12 · ciphertext · tag 16

import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { importPublicKey, type ProcessKeys, type PublicKey } from './process-keys.js';

const version = 1;
const keyIdsEnd = 1 + 8 + 8;
const headerBytes = keyIdsEnd + 12;
const tagBytes = 16;

/** A peer's public key and whose it is. */
export interface PeerKey extends PublicKey {
  /** The process that announced the key: `service/instance`. */
  readonly process: string;
}

/** What was in a box, and who sealed it. */
export interface OpenedBox {
  readonly plain: Uint8Array;
  /** The process whose key sealed the box. */
  readonly from: string;
}

interface Sending {
  readonly key: KeyObject;
  /** The beginning of each box: version and both key ids. */
  readonly beginning: Buffer;
  counter: bigint;
}

/** Seals for other processes and opens what they sealed for this one. */
export class SealedChannels {
  private readonly sending = new Map<string, Sending>();
  private readonly receiving = new Map<string, KeyObject>();

  /** @param peerKey finds an announced key by its id. */
  constructor(
    private readonly keys: ProcessKeys,
    private readonly peerKey: (id: string) => PeerKey | undefined,
  ) {}

  /** Seals for one process. `context` is authenticated along: the box opens for the same context only. */
  seal(peer: PublicKey, plain: Uint8Array, context: string): Uint8Array {
    const channel = this.sendingTo(this.keys.currentId, peer);
    channel.counter += 1n;
    const box = Buffer.allocUnsafe(headerBytes + plain.length + tagBytes);
    box.set(channel.beginning, 0);
    box.writeUInt32BE(0, keyIdsEnd);
    box.writeBigUInt64BE(channel.counter, keyIdsEnd + 4);
    const cipher = createCipheriv('aes-256-gcm', channel.key, box.subarray(keyIdsEnd, headerBytes));
    cipher.setAAD(authenticated(box, context));
    box.set(cipher.update(plain), headerBytes);
    // A stream cipher keeps nothing back: there is no last block, only the tag.
    cipher.final();
    box.set(cipher.getAuthTag(), headerBytes + plain.length);
    return box;
  }

  /**
   * Opens a box that was sealed for this process.
   * @throws Error when it was altered, is for somebody else, for another context, or from a key nobody announced.
   */
  open(box: Uint8Array, context: string): OpenedBox {
    const bytes = Buffer.from(box.buffer, box.byteOffset, box.byteLength);
    if (bytes.length < headerBytes + tagBytes || bytes[0] !== version) throw new Error('not a sealed box');
    const sender = bytes.toString('hex', 1, 9);
    const peer = this.peerKey(sender);
    if (peer === undefined) throw new Error('a sealed box from a key that nobody announced');
    const key = this.receivingFrom(peer, bytes.toString('hex', 9, 17));
    const end = bytes.length - tagBytes;
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(keyIdsEnd, headerBytes));
    decipher.setAAD(authenticated(bytes, context));
    decipher.setAuthTag(bytes.subarray(end));
    const plain = decipher.update(bytes.subarray(headerBytes, end));
    // Nothing of it is believed before this has not thrown.
    decipher.final();
    return { plain, from: peer.process };
  }

  /** The key id that sealed the box, to wait for its announcement. */
  static senderOf(box: Uint8Array): string {
    return Buffer.from(box.buffer, box.byteOffset + 1, 8).toString('hex');
  }

  private sendingTo(own: string, peer: PublicKey): Sending {
    const name = `${own}${peer.id}`;
    const known = this.sending.get(name);
    if (known !== undefined) return known;
    const beginning = Buffer.alloc(keyIdsEnd, version);
    beginning.write(own, 1, 'hex');
    beginning.write(peer.id, 9, 'hex');
    const made = { key: this.derive(own, peer, own, peer.id), beginning, counter: 0n };
    remember(this.sending, name, made);
    return made;
  }

  private receivingFrom(peer: PublicKey, own: string): KeyObject {
    const name = `${own}${peer.id}`;
    const known = this.receiving.get(name);
    if (known !== undefined) return known;
    const made = this.derive(own, peer, peer.id, own);
    remember(this.receiving, name, made);
    return made;
  }

  private derive(own: string, peer: PublicKey, sender: string, receiver: string): KeyObject {
    const privateKey = this.keys.privateKey(own);
    if (privateKey === undefined) throw new Error('a sealed box for a key that this process does not have');
    const shared = diffieHellman({ privateKey, publicKey: importPublicKey(peer.publicKey) });
    const key = hkdfSync('sha256', shared, '', `pontage channel v1 ${sender} ${receiver}`, 32);
    return createSecretKey(Buffer.from(key));
  }
}

/** What is authenticated along: the beginning of the box, and its context. */
function authenticated(box: Buffer, context: string): Buffer {
  const bytes = Buffer.allocUnsafe(keyIdsEnd + Buffer.byteLength(context));
  bytes.set(box.subarray(0, keyIdsEnd), 0);
  bytes.write(context, keyIdsEnd);
  return bytes;
}

/** Peers come and go; 4096 pairs are far more than live ones. */
function remember<V>(map: Map<string, V>, name: string, value: V): void {
  map.set(name, value);
  if (map.size <= 4096) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}
