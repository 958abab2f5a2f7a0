/** What a worker is told while it serves an execution. */
export type Flow =
  /** `bytes` more of the answer's body may be sent. */
  | { readonly type: 'grant'; readonly executionId: string; readonly bytes: number }
  /** A piece of the request's body; `sequence` counts from 0. */
  | {
      readonly type: 'data';
      readonly executionId: string;
      readonly sequence: number;
      readonly last: boolean;
      readonly body: Uint8Array;
    }
  /** The client broke off in the middle of the request's body. */
  | { readonly type: 'cut'; readonly executionId: string }
  /** The verdict on a kept answer: it goes on to the reader. */
  | { readonly type: 'release'; readonly executionId: string }
  /** The verdict on a kept answer: another attempt follows. */
  | { readonly type: 'discard'; readonly executionId: string };

const codes = { grant: 1, data: 2, last: 3, cut: 4, release: 5, discard: 6 } as const;
const none = new Uint8Array(0);

/** `type 1 byte · execution id 16 · number 4 · body`. */
export function encodeFlow(flow: Flow): Uint8Array {
  const body = flow.type === 'data' ? flow.body : none;
  const bytes = Buffer.allocUnsafe(21 + body.length);
  bytes.writeUInt8(flow.type === 'data' && flow.last ? codes.last : codes[flow.type], 0);
  bytes.write(flow.executionId.replaceAll('-', ''), 1, 'hex');
  bytes.writeUInt32BE(flow.type === 'grant' ? flow.bytes : flow.type === 'data' ? flow.sequence : 0, 17);
  bytes.set(body, 21);
  return bytes;
}

/** @throws RangeError on what is no flow message. */
export function decodeFlow(bytes: Uint8Array): Flow {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const executionId = readExecutionId(view.subarray(1, 17));
  const number = view.readUInt32BE(17);
  switch (view.readUInt8(0)) {
    case codes.grant:
      return { type: 'grant', executionId, bytes: number };
    case codes.data:
      return { type: 'data', executionId, sequence: number, last: false, body: view.subarray(21) };
    case codes.last:
      return { type: 'data', executionId, sequence: number, last: true, body: view.subarray(21) };
    case codes.cut:
      return { type: 'cut', executionId };
    case codes.release:
      return { type: 'release', executionId };
    case codes.discard:
      return { type: 'discard', executionId };
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
