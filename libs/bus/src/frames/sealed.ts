import type { PublicKey, SealedChannels } from '@pontage/sealing';
import type { Dispatch } from '@pontage/contracts/egress-worker';
import { decodeMessage, encodeMessage, type Message } from './message.js';
import { sealedFrame } from './frame.js';

/** Seals a dispatch for one worker; it opens on that worker's subject only. */
export function sealDispatch(
  channels: SealedChannels,
  worker: PublicKey,
  subject: string,
  dispatch: Dispatch,
  body?: Uint8Array,
): Uint8Array {
  return channels.seal(worker, encodeMessage(dispatch, body), subject);
}

/** A dispatch, opened, and the process that sealed it. */
export interface OpenedDispatch extends Message<Dispatch> {
  readonly from: string;
}

/** @throws Error when it was not sealed for this process and subject by a process that is known. */
export function openDispatch(channels: SealedChannels, subject: string, data: Uint8Array): OpenedDispatch {
  const { plain, from } = channels.open(data, subject);
  return { ...decodeMessage<Dispatch>(plain), from };
}

/** Seals a frame for its reader; the inbox is authenticated along, so it counts for that execution only. */
export function sealFrame(channels: SealedChannels, reader: PublicKey, inbox: string, frame: Uint8Array): Uint8Array {
  const box = channels.seal(reader, frame, inbox);
  const bytes = Buffer.allocUnsafe(1 + box.length);
  bytes[0] = sealedFrame;
  bytes.set(box, 1);
  return bytes;
}

/** The frame, opened when it was sealed. @throws Error when it cannot be. */
export function openFrame(channels: SealedChannels, inbox: string, data: Uint8Array): Uint8Array {
  return data[0] === sealedFrame ? channels.open(data.subarray(1), inbox).plain : data;
}
