// Looks for texts in folders full of binary files, in every form that a text may have been written down in. It shares no
// code with the product: what hides a secret from the one must not hide it from the other.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { constants, inflateRawSync, inflateSync } from 'node:zlib';

/** A text that was found: which one, in which form, in which file. */
export interface Hit {
  readonly text: string;
  readonly form: string;
  readonly file: string;
}

/** The names of the forms that are looked for. */
export const forms = ['raw', 'base64', 'base64url', 'hex', 'url', 'utf-16', 'compressed'] as const;

interface Pattern {
  readonly bytes: Buffer;
  readonly text: string;
  readonly form: string;
}

/** Finds any of many texts in bytes, in one pass over them. */
export class SecretSearch {
  private readonly byBeginning = new Map<number, Pattern[]>();
  private readonly filter = new Uint8Array(1 << 20);
  /** What has been looked through. */
  readonly looked = { files: 0, bytes: 0, inflated: 0 };

  constructor(texts: readonly string[]) {
    for (const pattern of texts.flatMap(patternsOf)) {
      const beginning = pattern.bytes.readUInt32BE(0);
      this.byBeginning.set(beginning, [...(this.byBeginning.get(beginning) ?? []), pattern]);
      this.filter[placeOf(beginning)] = 1;
    }
  }

  /** Every file below a folder. */
  folder(path: string): Hit[] {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return this.folder(inner);
      return entry.isFile() ? this.file(inner) : [];
    });
  }

  /** A file that vanishes meanwhile holds nothing any more. */
  file(path: string): Hit[] {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
    return this.bytes(readFileSync(path), path);
  }

  /** Bytes, and what they hold in compressed form. */
  bytes(bytes: Buffer, file: string): Hit[] {
    this.looked.files += 1;
    this.looked.bytes += bytes.length;
    const found = this.plain(bytes, file);
    for (const inner of inflatedIn(bytes)) {
      this.looked.inflated += 1;
      found.push(...this.plain(inner, file).map((hit) => ({ ...hit, form: 'compressed' })));
    }
    return found;
  }

  private plain(bytes: Buffer, file: string): Hit[] {
    const found: Hit[] = [];
    let window = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      window = ((window << 8) | (bytes[at] ?? 0)) >>> 0;
      if (this.filter[placeOf(window)] === 0) continue;
      for (const { bytes: wanted, text, form } of this.byBeginning.get(window) ?? [])
        if (bytes.subarray(at - 3, at - 3 + wanted.length).equals(wanted)) found.push({ text, form, file });
    }
    return found;
  }
}

const { imul } = Math;
const placeOf = (window: number): number => imul(window, 0x9e3779b1) >>> 12;

function patternsOf(text: string): Pattern[] {
  const bytes = Buffer.from(text);
  const texts: [string, string][] = [
    ['raw', text],
    ['raw', JSON.stringify(text).slice(1, -1)],
    ['hex', bytes.toString('hex')],
    ['hex', bytes.toString('hex').toUpperCase()],
    ['url', encodeURIComponent(text)],
    ['url', new URLSearchParams({ '': text }).toString().slice(1)],
    ...[0, 1, 2].flatMap((before): [string, string][] => {
      const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
      // The first and the last characters hold bits of the neighbours.
      const sure = encoded.slice(before === 0 ? 0 : before + 1, Math.floor(((before + bytes.length) * 4) / 3));
      return [
        ['base64', sure],
        ['base64url', sure.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
  ];
  const wide = Buffer.from(text, 'utf16le');
  return [
    ...texts.map(([form, each]) => ({ form, text, bytes: Buffer.from(each) })),
    { form: 'utf-16', text, bytes: wide },
    { form: 'utf-16', text, bytes: Buffer.from(wide).swap16() },
  ];
}

/** What begins like gzip or zlib anywhere in the bytes, inflated as far as it goes. */
function* inflatedIn(bytes: Buffer): Iterable<Buffer> {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 32 * 1024 * 1024 };
  for (let at = bytes.indexOf(gzipMagic); at !== -1; at = bytes.indexOf(gzipMagic, at + 1)) {
    // What follows the stream is not its business, so the header is read here.
    const inner = attempt(() => inflateRawSync(bytes.subarray(at + gzipHeader(bytes.subarray(at))), options));
    if (inner !== undefined && inner.length > 0) yield inner;
  }
  for (let at = bytes.indexOf(0x78); at !== -1; at = bytes.indexOf(0x78, at + 1)) {
    const isZlib = ((0x78 << 8) | (bytes[at + 1] ?? 0)) % 31 === 0 && ((bytes[at + 1] ?? 0) & 0x20) === 0;
    const inner = isZlib ? attempt(() => inflateSync(bytes.subarray(at, at + 1024 * 1024), options)) : undefined;
    if (inner !== undefined && inner.length > 8) yield inner;
  }
}

/** How long the header is. @see RFC 1952, 2.3 */
function gzipHeader(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  let length = 10;
  if ((flags & 4) !== 0) length += 2 + bytes.readUInt16LE(length);
  for (const flag of [8, 16]) if ((flags & flag) !== 0) length = bytes.indexOf(0, length) + 1;
  return (flags & 2) === 0 ? length : length + 2;
}

const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08]);

function attempt(inflate: () => Buffer): Buffer | undefined {
  try {
    return inflate();
  } catch {
    return undefined;
  }
}
