import { problemOnTheWire, type ProblemOnTheWire } from '@pontage/problems';

/** What a worker is told while it serves an attempt. */
export type FlowMessage =
  /** `bytes` more of the answer's body may be sent. */
  | { readonly type: 'grant'; readonly bytes: number }
  /** A piece of the request's body; `sequence` counts from 0. */
  | { readonly type: 'data'; readonly sequence: number; readonly last: boolean; readonly body: Uint8Array }
  /** The client broke off in the middle of the request's body. */
  | { readonly type: 'cut' }
  /** The verdict on a kept answer: it goes on to the reader. */
  | { readonly type: 'release' }
  /** The verdict on a kept answer takes so long, or a little longer. */
  | { readonly type: 'hold'; readonly ms: number }
  /** The verdict on a kept answer: another attempt follows. */
  | { readonly type: 'discard' }
  /** The verdict on a kept answer: the reader gets this problem in its place. */
  | { readonly type: 'refuse'; readonly problem: ProblemOnTheWire };

/** A flow message and the attempt that it is for: what comes late for an earlier attempt is not for the next. */
export type Flow = FlowMessage & { readonly executionId: string; readonly attempt: number };

const codes = { grant: 1, data: 2, last: 3, cut: 4, release: 5, discard: 6, refuse: 7, hold: 8 } as const;
const none = new Uint8Array(0);
const headBytes = 22;

/** `type 1 byte · attempt 1 · execution id 16 · number 4 · body`. */
export function encodeFlow(flow: Flow): Uint8Array {
  const body = bodyOf(flow);
  const bytes = Buffer.allocUnsafe(headBytes + body.length);
  bytes.writeUInt8(flow.type === 'data' && flow.last ? codes.last : codes[flow.type], 0);
  bytes.writeUInt8(flow.attempt, 1);
  bytes.write(flow.executionId.replaceAll('-', ''), 2, 'hex');
  bytes.writeUInt32BE(numberOf(flow), 18);
  bytes.set(body, headBytes);
  return bytes;
}

function numberOf(flow: FlowMessage): number {
  if (flow.type === 'grant') return flow.bytes;
  if (flow.type === 'hold') return flow.ms;
  return flow.type === 'data' ? flow.sequence : 0;
}

function bodyOf(flow: Flow): Uint8Array {
  if (flow.type === 'refuse') return Buffer.from(JSON.stringify(flow.problem));
  return flow.type === 'data' ? flow.body : none;
}

/** @throws RangeError on what is no flow message. */
export function decodeFlow(bytes: Uint8Array): Flow {
  if (bytes.length < headBytes) throw new RangeError('a flow message that is cut off');
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const aim = { attempt: view.readUInt8(1), executionId: readExecutionId(view.subarray(2, 18)) };
  const number = view.readUInt32BE(18);
  switch (view.readUInt8(0)) {
    case codes.grant:
      return { type: 'grant', ...aim, bytes: number };
    case codes.data:
      return { type: 'data', ...aim, sequence: number, last: false, body: view.subarray(headBytes) };
    case codes.last:
      return { type: 'data', ...aim, sequence: number, last: true, body: view.subarray(headBytes) };
    case codes.cut:
      return { type: 'cut', ...aim };
    case codes.release:
      return { type: 'release', ...aim };
    case codes.hold:
      return { type: 'hold', ...aim, ms: number };
    case codes.discard:
      return { type: 'discard', ...aim };
    case codes.refuse:
      return { type: 'refuse', ...aim, problem: problemOnTheWire.parse(JSON.parse(view.toString('utf8', headBytes))) };
    default:
      throw new RangeError('a flow message of no known type');
  }
}

/** A cancellation is the execution id alone. */
export const encodeCancel = (executionId: string): Uint8Array => Buffer.from(executionId.replaceAll('-', ''), 'hex');

/** @throws RangeError when it is not 16 bytes. */
export const decodeCancel = (bytes: Uint8Array): string => readExecutionId(Buffer.from(bytes));

function readExecutionId(bytes: Buffer): string {
  if (bytes.length !== 16) throw new RangeError('an execution id is 16 bytes');
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
