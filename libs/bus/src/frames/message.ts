/** A message of the query path: a JSON head, and bytes that nobody on the way parses. */
export interface Message<H> {
  readonly head: H;
  readonly body: Uint8Array;
}

const empty = new Uint8Array(0);

/** `length of the head, 4 bytes · head, JSON · body`. @param head an object, or its JSON text */
export function encodeMessage(head: object | string, body: Uint8Array = empty): Uint8Array {
  const text = typeof head === 'string' ? head : JSON.stringify(head);
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(4 + length + body.length);
  bytes.writeUInt32BE(length, 0);
  bytes.write(text, 4);
  if (body.length > 0) bytes.set(body, 4 + length);
  return bytes;
}

/** The reverse of {@link encodeMessage}; the body is a view, not a copy. @throws RangeError or SyntaxError on anything else. */
export function decodeMessage<H>(bytes: Uint8Array): Message<H> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + view.readUInt32BE(0);
  if (end > view.length) throw new RangeError('a message whose head is longer than itself');
  return { head: JSON.parse(view.toString('utf8', 4, end)) as H, body: view.subarray(end) };
}
