import { InHand } from '@pontage/in-hand';

/** An answer that is being read into memory. */
export interface ReadAnswer {
  /** Some of it has come; its worker is granted as much again when there is room. */
  take(bytes: number): void;
  /** It is not read any more. */
  close(): void;
}

interface Reader {
  readonly number: number;
  readonly org: string;
  readonly grant: (bytes: number) => void;
  held: number;
  owed: number;
}

/**
 * The memory for answers that are read as a whole. While there is room every worker may go on; after that one answer of each
 * organisation may, the oldest that waits, so that each comes to its end. Room is shared as places are: an organisation goes
 * on while it holds less than is free.
 */
export class AnswerMemory {
  private held = 0;
  private readonly heldBy = new Map<string, number>();
  private readonly preferred = new Map<string, Reader>();
  private readonly waiting = new InHand<number, Reader>();
  private opened = 0;

  constructor(private readonly totalBytes = 32 * 1024 * 1024) {}

  /** @param grant allows the worker so many bytes more */
  open(org: string, grant: (bytes: number) => void): ReadAnswer {
    const reader: Reader = { number: this.opened++, org, grant, held: 0, owed: 0 };
    return {
      take: (bytes) => {
        this.count(reader, bytes);
        reader.owed += bytes;
        this.waiting.set(reader.number, reader);
        this.goOn(reader);
      },
      close: () => {
        this.count(reader, -reader.held);
        this.waiting.take(reader.number);
        if (this.preferred.get(org) === reader) this.preferred.delete(org);
        for (const each of this.waiting) this.goOn(each);
      },
    };
  }

  private goOn(reader: Reader): void {
    const { org } = reader;
    const hasRoom = (this.heldBy.get(org) ?? 0) < this.totalBytes - this.held;
    if (!hasRoom && this.preferred.has(org) && this.preferred.get(org) !== reader) return;
    if (!hasRoom) this.preferred.set(org, reader);
    this.waiting.take(reader.number);
    const { owed } = reader;
    reader.owed = 0;
    reader.grant(owed);
  }

  private count(reader: Reader, bytes: number): void {
    reader.held += bytes;
    this.held += bytes;
    const ofOrg = (this.heldBy.get(reader.org) ?? 0) + bytes;
    if (ofOrg === 0) this.heldBy.delete(reader.org);
    else this.heldBy.set(reader.org, ofOrg);
  }
}
