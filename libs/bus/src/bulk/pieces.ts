/** Bytes that come in pieces of one size and leave in pieces of another, without a copy where they need none. */
export class Pieces {
  private readonly pieces: Buffer[] = [];
  private bytes = 0;

  /** How many bytes are waiting. */
  get length(): number {
    return this.bytes;
  }

  push(piece: Buffer): void {
    this.pieces.push(piece);
    this.bytes += piece.length;
  }

  /** The next bytes at least, if so many are waiting; they stay. */
  peek(size: number): Buffer {
    const [first] = this.pieces;
    return first !== undefined && first.length >= size ? first : Buffer.concat(this.pieces, this.bytes);
  }

  /** The next bytes: `size` of them, or as many as are waiting. */
  take(size: number): Buffer {
    const taken: Buffer[] = [];
    for (let left = size; left > 0;) {
      const piece = this.pieces[0];
      if (piece === undefined) break;
      if (piece.length <= left) this.pieces.shift();
      else this.pieces[0] = piece.subarray(left);
      taken.push(piece.subarray(0, left));
      left -= Math.min(left, piece.length);
    }
    const [only] = taken;
    const next = taken.length === 1 && only !== undefined ? only : Buffer.concat(taken);
    this.bytes -= next.length;
    return next;
  }
}
