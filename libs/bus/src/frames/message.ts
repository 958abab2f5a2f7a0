/** A message of the query path: a JSON head, and bytes that nobody on the way parses. */
export interface Message<H> {
  readonly head: H;
  readonly body: Uint8Array;
  /** The inbox that its answers go to. */
  readonly reply: string;
}

const empty = new Uint8Array(0);
const lengthsBytes = 6;

/**
 * `length of the head 4 · length of the reply 2 · reply · head, JSON · body`.
 * @param head an object, or its JSON text
 * @param reply the inbox that its answers go to: a subject, and so ASCII
 */
export function encodeMessage(head: object | string, reply: string, body: Uint8Array = empty): Uint8Array {
  const text = typeof head === 'string' ? head : JSON.stringify(head);
  const length = Buffer.byteLength(text);
  const headAt = lengthsBytes + reply.length;
  const bytes = Buffer.allocUnsafe(headAt + length + body.length);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt16BE(reply.length, 4);
  bytes.write(reply, lengthsBytes, 'latin1');
  bytes.write(text, headAt);
  if (body.length > 0) bytes.set(body, headAt + length);
  return bytes;
}

/** The reverse of {@link encodeMessage}; the body is a view, not a copy. @throws RangeError or SyntaxError on anything else. */
export function decodeMessage<H>(bytes: Uint8Array): Message<H> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isCutOff = view.length < lengthsBytes;
  const headAt = isCutOff ? Infinity : lengthsBytes + view.readUInt16BE(4);
  const end = isCutOff ? Infinity : headAt + view.readUInt32BE(0);
  if (end > view.length) throw new RangeError('a message whose head is longer than itself');
  return {
    head: JSON.parse(view.toString('utf8', headAt, end)) as H,
    body: view.subarray(end),
    reply: view.toString('latin1', lengthsBytes, headAt),
  };
}
