import type { Reply } from '../replies.js';

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
  private readonly pieces: Buffer[] = [];
  private length = 0;

  /** @param prefix of the inboxes that ids stand for */
  constructor(private readonly prefix: string) {}

  /** The messages that are complete with this piece. @throws RangeError when it is none of ours */
  *read(piece: Buffer): Generator<Reply> {
    this.pieces.push(piece);
    this.length += piece.length;
    for (;;) {
      if (this.length < lengthBytes) return;
      const bytes = this.peek(lengthBytes).readUInt32BE(0);
      if (bytes < 1 || bytes > mostBytes) throw new RangeError('a message that is too long or too short');
      if (this.length < lengthBytes + bytes) return;
      yield this.messageOf(this.take(lengthBytes + bytes).subarray(lengthBytes));
    }
  }

  private messageOf(bytes: Buffer): Reply {
    const end = 1 + (bytes[0] ?? 0);
    if (end > bytes.length) throw new RangeError('a message whose id is longer than itself');
    return { subject: `${this.prefix}.${bytes.toString('latin1', 1, end)}`, data: bytes.subarray(end) };
  }

  /** The next bytes, which are there; they stay. */
  private peek(size: number): Buffer {
    const [first] = this.pieces;
    return first !== undefined && first.length >= size ? first : Buffer.concat(this.pieces, this.length);
  }

  /** The next bytes, which are there. */
  private take(size: number): Buffer {
    this.length -= size;
    const taken: Buffer[] = [];
    for (let left = size; left > 0;) {
      const piece = this.pieces[0];
      if (piece === undefined) break;
      if (piece.length <= left) this.pieces.shift();
      else this.pieces[0] = piece.subarray(left);
      taken.push(piece.length <= left ? piece : piece.subarray(0, left));
      left -= Math.min(left, piece.length);
    }
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken, size);
  }
}
