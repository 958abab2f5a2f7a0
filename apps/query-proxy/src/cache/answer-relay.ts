import { decodeFrame, encodeFrame, openFrame, sealFrame, type Bus, type Frame, type ReplyInbox } from '@pontage/bus';
import type { AnswerHead, Dispatch, Receipt } from '@pontage/contracts/egress-worker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import { maxBodyBytes, type StoredAnswer } from './answer-cache.js';

const receiptGraceMs = 5_000;

/** Where the frames of an answer go: a gateway, which waits for them. */
export type Reader = Pick<RunQuery, 'gateway' | 'bulkInbox'> & { readonly inbox: string };

/** Sends a frame to its reader, sealed: only the worker knows whether an answer holds a secret. */
export function tellReader(bus: Bus, { gateway, bulkInbox, inbox }: Reader, frame: Uint8Array, isBulk: boolean): void {
  const key = bus.presence.keyOf(gateway);
  // It has gone, and its caller with it.
  if (key === undefined) return;
  const subject = isBulk ? bulkInbox : inbox;
  bus.connection.publish(subject, sealFrame(bus.channels, key, subject, frame));
}

/**
 * Passes an answer on from the worker to the gateway, frame by frame, and remembers what has passed. Credits go from the gateway to
 * the worker past it, so that nothing waits here.
 */
export class AnswerRelay {
  private readonly own: ReplyInbox;
  private readonly timer: NodeJS.Timeout;
  private attempt: number | undefined;
  private head: AnswerHead | undefined;
  private parts: Uint8Array[] = [];
  private bytes = 0;
  private isWhole = false;

  /** @param ended is told once, with the answer when all of it has passed and it is not too long */
  constructor(
    private readonly bus: Bus,
    private readonly reader: Reader,
    withinMs: number,
    private readonly ended: (answer: StoredAnswer | undefined) => void,
  ) {
    this.own = bus.replies.expect((message) => this.take(openFrame(bus.channels, message.subject, message.data)));
    // A worker that was killed sends no receipt.
    this.timer = setTimeout(() => this.end(), withinMs + receiptGraceMs).unref();
  }

  /** Where a worker answers to. */
  get answerTo(): Dispatch['answerTo'] {
    const { service, instance } = this.bus.identity;
    const { subject } = this.own;
    return { process: `${service}/${instance}`, inbox: subject, bulkInbox: subject, sealed: true };
  }

  /** The query has ended; without a receipt, or with one that tells of trouble, nothing is kept. */
  end(receipt?: Receipt): void {
    clearTimeout(this.timer);
    this.own.close();
    const isGood = this.isWhole && receipt?.problem === null && receipt.credentialEchoed !== true;
    const { head } = this;
    this.ended(isGood && head !== undefined ? { head, body: Buffer.concat(this.parts) } : undefined);
  }

  private take(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    this.remember(frame);
    tellReader(this.bus, this.reader, marked(frame) ?? bytes, frame.type === 'chunk');
  }

  private remember(frame: Frame): void {
    if (frame.type === 'head' || frame.type === 'whole') {
      if (this.attempt !== undefined) return;
      const { status, headers, region, workerId } = frame.head;
      this.attempt = frame.attempt;
      this.head = { status, headers, region, workerId };
      this.add(frame.body);
    } else if (frame.attempt !== this.attempt) return;
    else if (frame.type === 'chunk') this.add(frame.body);
    if (frame.type === 'whole' || frame.type === 'end') this.isWhole = this.bytes <= maxBodyBytes;
  }

  private add(body: Uint8Array): void {
    this.bytes += body.length;
    if (this.bytes <= maxBodyBytes) this.parts.push(body);
    else this.parts = [];
  }
}

/** A head that says where it comes from; undefined for any other frame. */
function marked(frame: Frame): Uint8Array | undefined {
  if (frame.type === 'head') return encodeFrame('head', frame.attempt, { ...frame.head, cache: 'miss' }, frame.body);
  if (frame.type === 'whole') return encodeFrame('whole', frame.attempt, { ...frame.head, cache: 'miss' }, frame.body);
  return undefined;
}
