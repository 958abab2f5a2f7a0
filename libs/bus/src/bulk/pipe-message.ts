import type { Reply } from '../replies.js';
import { Pieces } from './pieces.js';

const lengthBytes = 4;
/** What the bus takes in one message, and more than any frame has. */
const mostBytes = 1024 * 1024;

/** `length of what follows 4 · length of the id 1 · id`, and then the data: the head of a message in a pipe. */
export function messageHead(id: string, dataBytes: number): Buffer {
  const head = Buffer.allocUnsafe(lengthBytes + 1 + id.length);
  head.writeUInt32BE(1 + id.length + dataBytes, 0);
  head[lengthBytes] = id.length;
  head.write(id, lengthBytes + 1, 'latin1');
  return head;
}

/** Cuts what comes out of a pipe into the messages that were put in. */
export class MessageReader {
  private readonly pieces = new Pieces();

  /** @param prefix of the inboxes that ids stand for */
  constructor(private readonly prefix: string) {}

  /** The messages that are complete with this piece. @throws RangeError when it is none of ours */
  *read(piece: Buffer): Generator<Reply> {
    const { pieces } = this;
    pieces.push(piece);
    while (pieces.length >= lengthBytes) {
      const bytes = pieces.peek(lengthBytes).readUInt32BE(0);
      if (bytes < 1 || bytes > mostBytes) throw new RangeError('a message that is too long or too short');
      if (pieces.length < lengthBytes + bytes) return;
      yield this.messageOf(pieces.take(lengthBytes + bytes).subarray(lengthBytes));
    }
  }

  private messageOf(bytes: Buffer): Reply {
    const end = 1 + (bytes[0] ?? 0);
    if (end > bytes.length) throw new RangeError('a message whose id is longer than itself');
    return { subject: `${this.prefix}.${bytes.toString('latin1', 1, end)}`, data: bytes.subarray(end) };
  }
}
