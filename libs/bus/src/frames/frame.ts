import type {
  Accepted,
  AnswerEnd,
  AnswerHead,
  KeptAnswer,
  Probed,
  Pull,
  Receipt,
} from '@pontage/contracts/egress-worker';
import type { ProblemOnTheWire } from '@pontage/problems';

/** The answer of one attempt comes in frames: what each kind carries besides bytes. */
export interface FrameHeads {
  /** A sign of life while there is no head. */
  accepted: Accepted;
  /** The head of an answer whose body follows in chunks; the first bytes come along. */
  head: AnswerHead;
  /** A whole answer at once: head, body and end. */
  whole: AnswerHead & AnswerEnd;
  /** The end of a chunked body. */
  end: AnswerEnd;
  /** The attempt failed, before or after its head. */
  problem: ProblemOnTheWire & {
    readonly region: string | null;
    readonly workerId: string | null;
    /** From a query-proxy: its intent is on record, and a worker may have it. */
    readonly underWay?: boolean;
    /** Of a connection test. */
    readonly probed?: Probed;
  };
  /** The worker takes more of the request's body. */
  pull: Pull;
  /** To the sender of the dispatch: judge this answer. */
  kept: KeptAnswer;
  /** To the sender of the dispatch: how executions ended. */
  receipts: { readonly receipts: readonly Receipt[] };
  /** To the sender of the dispatch: the worker is full or leaving, and has done nothing. */
  busy: { readonly executionId: string };
}

/** A chunk carries bytes and its place among the chunks, from 0. */
export interface ChunkFrame {
  readonly type: 'chunk';
  readonly attempt: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** One frame, decoded. */
export type Frame =
  | ChunkFrame
  | {
      [T in keyof FrameHeads]: {
        readonly type: T;
        readonly attempt: number;
        readonly head: FrameHeads[T];
        readonly body: Uint8Array;
      };
    }[keyof FrameHeads];

const codes = {
  accepted: 1,
  head: 2,
  whole: 3,
  chunk: 4,
  end: 5,
  problem: 6,
  pull: 7,
  kept: 8,
  receipts: 9,
  busy: 10,
} as const;
const names = new Map(Object.entries(codes).map(([name, code]) => [code, name as keyof typeof codes]));
/** First byte of a frame that is a sealed box with the frame inside. */
export const sealedFrame = 0xff;
const none = new Uint8Array(0);

/** `type 1 byte · attempt 1 · length of the head 4 · head, JSON · body`. */
export function encodeFrame<T extends keyof FrameHeads>(
  type: T,
  attempt: number,
  head: FrameHeads[T],
  body: Uint8Array = none,
): Uint8Array {
  const text = JSON.stringify(head);
  const length = Buffer.byteLength(text);
  const bytes = start(type, attempt, length, 6 + length + body.length);
  bytes.write(text, 6);
  if (body.length > 0) bytes.set(body, 6 + length);
  return bytes;
}

/** `type 1 byte · attempt 1 · sequence 4 · body`. */
export function encodeChunk(attempt: number, sequence: number, body: Uint8Array): Uint8Array {
  const bytes = start('chunk', attempt, sequence, 6 + body.length);
  bytes.set(body, 6);
  return bytes;
}

/** @throws RangeError or SyntaxError on what is no frame. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = names.get(view.readUInt8(0) as (typeof codes)[keyof typeof codes]);
  if (type === undefined) throw new RangeError('a frame of no known type');
  const attempt = view.readUInt8(1);
  const number = view.readUInt32BE(2);
  if (type === 'chunk') return { type, attempt, sequence: number, body: view.subarray(6) };
  const end = 6 + number;
  if (end > view.length) throw new RangeError('a frame whose head is longer than itself');
  return { type, attempt, head: JSON.parse(view.toString('utf8', 6, end)) as never, body: view.subarray(end) };
}

function start(type: keyof typeof codes, attempt: number, number: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt8(codes[type], 0);
  bytes.writeUInt8(attempt, 1);
  bytes.writeUInt32BE(number, 2);
  return bytes;
}
