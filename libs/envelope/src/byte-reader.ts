/** Reads a buffer from front to end and never beyond it. */
export class ByteReader {
  private at = 0;
  private readonly source: Buffer;

  constructor(
    source: Uint8Array,
    private readonly cutOff: () => Error,
  ) {
    this.source = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at === this.source.length;
  }

  bytes(count: number): Buffer {
    if (count > this.source.length - this.at) throw this.cutOff();
    this.at += count;
    return this.source.subarray(this.at - count, this.at);
  }

  /** Everything from here on. */
  rest(): Buffer {
    return this.bytes(this.source.length - this.at);
  }

  byte(): number {
    return this.bytes(1).readUInt8();
  }

  /** Four bytes, big-endian. */
  length(): number {
    return this.bytes(4).readUInt32BE();
  }

  /** A one-byte length and so many bytes of UTF-8. */
  shortText(): string {
    return this.bytes(this.byte()).toString('utf8');
  }
}
