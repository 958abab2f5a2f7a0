// multipart/form-data as RFC 7578 and the HTML standard write it: names and file names in UTF-8, with `"`, CR and LF
// percent-encoded. No `filename*` (RFC 7578, 4.2 forbids it) and no Content-Transfer-Encoding (4.7 deprecates it).

import type { QueryBody } from '@pontage/contracts/query-proxy';
import { invalidRequest } from '@pontage/problems';
import { isFieldValue } from './outbound-request.js';
import { bytesOfBase64, utf8 } from './text-bytes.js';

/** A body as it goes over the wire. */
export interface EncodedBody {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

type Part = Extract<QueryBody, { type: 'multipart' }>['value'][number];

/**
 * The parts between a boundary that occurs in none of them; the same parts give the same bytes.
 * @throws Problem `invalid-request` with a pointer to the faulty part.
 */
export function encodeMultipart(parts: readonly Part[]): EncodedBody {
  const encoded = parts.flatMap((part, index) => [utf8(headOf(part, index)), contentOf(part, index), utf8('\r\n')]);
  const boundary = boundaryOutside(encoded);
  const pieces = encoded.flatMap((piece, index) => (index % 3 === 0 ? [utf8(`--${boundary}\r\n`), piece] : [piece]));
  return {
    bytes: concat([...pieces, utf8(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

function headOf({ name, filename, contentType }: Part, index: number): string {
  if (contentType !== undefined && !isFieldValue(contentType))
    refuse(index, '/contentType', 'A content type is one header line.');
  const file = filename === undefined ? '' : `; filename="${quoted(filename)}"`;
  const type = contentType ?? (filename === undefined ? undefined : 'application/octet-stream');
  return `Content-Disposition: form-data; name="${quoted(name)}"${file}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`;
}

function contentOf({ value, base64 }: Part, index: number): Uint8Array {
  if (value !== undefined && base64 === undefined) return utf8(value);
  if (base64 !== undefined && value === undefined) return bytesOfBase64(base64);
  return refuse(index, '', 'A part has either a value or base64.');
}

function refuse(index: number, field: string, detail: string): never {
  throw invalidRequest({}, { errors: [{ pointer: `/body/value/${index}${field}`, detail }] });
}

const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

function boundaryOutside(pieces: readonly Uint8Array[]): string {
  for (let count = 0; ; count += 1) {
    const boundary = `pontage-boundary-${count}`;
    const pattern = utf8(boundary);
    if (!pieces.some((piece) => holds(piece, pattern))) return boundary;
  }
}

function holds(bytes: Uint8Array, pattern: Uint8Array): boolean {
  const first = pattern[0] ?? 0;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (pattern.every((byte, offset) => bytes[at + offset] === byte)) return true;
  }
  return false;
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
