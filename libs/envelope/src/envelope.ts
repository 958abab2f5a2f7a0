// Envelope encryption: a fresh 256-bit data key for every sealed record, AES-256-GCM (NIST SP 800-38D) for each field
// under it and for the data key itself under a key-encryption key. What a box belongs to is authenticated, not stored,
// so a box moved to another organisation, record, field or version does not open.
//
// record = format 1 byte · key id (1-byte length, UTF-8) · wrapped data key 60 · fields
// field  = name (1-byte length, UTF-8) · box (4-byte length) ;  box = nonce 12 · ciphertext · tag 16

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ByteReader } from './byte-reader.js';
import type { MasterKeys } from './master-keys.js';

const format = 1;
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** What a sealed record belongs to. */
export interface SealPlace {
  readonly org: string;
  /** The kind of record: `credential`, `draft`, `grant`, … */
  readonly kind: string;
  readonly id: string;
  readonly version: number;
}

/** Named values in clear. */
export type SecretFields = Readonly<Record<string, Uint8Array>>;

/** A record that does not open: it was altered, stands in the wrong place, or its key is gone. It says nothing of what was inside. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** Seals fields for one place, under a data key of their own. */
export function sealFields(keys: MasterKeys, place: SealPlace, fields: SecretFields): Buffer {
  const dataKey = randomBytes(keyBytes);
  const { id, bytes } = keys.current;
  const wrapped = sealBox(bytes, dataKey, wrapContext(place, id));
  const sealed = Object.entries(fields).map(([name, value]) => {
    const box = sealBox(dataKey, value, fieldContext(place, name));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(box.length);
    return Buffer.concat([shortText(name), length, box]);
  });
  dataKey.fill(0);
  return Buffer.concat([Buffer.of(format), shortText(id), wrapped, ...sealed]);
}

/**
 * Opens what {@link sealFields} sealed for the same place.
 * @throws SealBroken
 */
export function openFields(keys: MasterKeys, place: SealPlace, record: Uint8Array): Record<string, Buffer> {
  const reader = read(record);
  const dataKey = openDataKey(keys, place, reader);
  const fields: [string, Buffer][] = [];
  while (!reader.isAtEnd) {
    const name = reader.shortText();
    fields.push([name, openBox(dataKey, reader.bytes(reader.length()), fieldContext(place, name))]);
  }
  dataKey.fill(0);
  return Object.fromEntries(fields);
}

/**
 * The same record with its data key wrapped by the newest master key; the fields stay as they are.
 * @throws SealBroken
 */
export function rewrapFields(keys: MasterKeys, place: SealPlace, record: Uint8Array): Buffer {
  const reader = read(record);
  const dataKey = openDataKey(keys, place, reader);
  const { id, bytes } = keys.current;
  const wrapped = sealBox(bytes, dataKey, wrapContext(place, id));
  dataKey.fill(0);
  return Buffer.concat([Buffer.of(format), shortText(id), wrapped, reader.rest()]);
}

/** The id of the master key that a record was wrapped with. @throws SealBroken */
export const keyIdOf = (record: Uint8Array): string => read(record).shortText();

function read(record: Uint8Array): ByteReader {
  const reader = new ByteReader(record, () => new SealBroken('the sealed record is cut off'));
  if (reader.byte() !== format) throw new SealBroken('the sealed record has an unknown format');
  return reader;
}

function openDataKey(keys: MasterKeys, place: SealPlace, reader: ByteReader): Buffer {
  const keyId = reader.shortText();
  const key = keys.find(keyId);
  if (key === undefined) throw new SealBroken('the sealed record names a master key that is not here');
  return openBox(key.bytes, reader.bytes(nonceBytes + keyBytes + tagBytes), wrapContext(place, keyId));
}

function sealBox(key: Uint8Array, plain: Uint8Array, context: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(context);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openBox(key: Uint8Array, box: Buffer, context: Buffer): Buffer {
  if (box.length < nonceBytes + tagBytes) throw new SealBroken('the sealed record is cut off');
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(context).setAuthTag(box.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(box.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new SealBroken('the sealed record does not authenticate');
  }
}

const wrapContext = (place: SealPlace, keyId: string): Buffer => context('pontage data key', place, keyId);
const fieldContext = (place: SealPlace, field: string): Buffer => context('pontage field', place, field);

/** JSON of a list keeps the parts apart: no two different lists are written alike. */
const context = (purpose: string, { org, kind, id, version }: SealPlace, last: string): Buffer =>
  Buffer.from(JSON.stringify([purpose, format, org, kind, id, version, last]));

function shortText(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new RangeError('a name in a sealed record has at most 255 bytes');
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}
