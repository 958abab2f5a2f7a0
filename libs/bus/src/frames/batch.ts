const lengthBytes = 4;

/** So much of what is gathered shares a message: well below the bus's megabyte, whatever comes around it. */
export const mostBatchBytes = 512 * 1024;

/** What shares a message: `length 4 · bytes`, one after the other. */
export function encodeBatch(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += lengthBytes + part.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    at = bytes.writeUInt32BE(part.length, at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The reverse of {@link encodeBatch}; the parts are views, not copies. @throws RangeError on anything else */
export function decodeBatch(bytes: Uint8Array): Uint8Array[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < view.length;) {
    const from = at + lengthBytes;
    at = from > view.length ? Infinity : from + view.readUInt32BE(at);
    if (at > view.length) throw new RangeError('a batch whose last part is cut off');
    parts.push(view.subarray(from, at));
  }
  return parts;
}
