import type { Msg } from '@nats-io/transport-node';
import { SealedChannels, type PeerKey, type PublicKey } from '@pontage/sealing';
import type { Presence } from '../presence.js';
import { sealedFrame } from './frame.js';
import { decodeMessage, encodeMessage, type Message } from './message.js';

/** How long what is sealed waits for the announcement of the key that sealed it. */
const keyWaitMs = 500;

/** The key that sealed a box; the announcement of a new one may still be on its way. */
export function sealerOf(presence: Presence, box: Uint8Array): Promise<PeerKey | undefined> {
  const id = SealedChannels.senderOf(box);
  return presence.until(() => presence.peerKey(id), keyWaitMs);
}

/** True for an inbox of the process named `service/instance`: an answer elsewhere would be published with our rights, not its own. */
export const isInboxOf = (process: string, subject: string | undefined): subject is string =>
  subject?.startsWith(`_INBOX.${process.replace('/', '.')}.`) === true;

/** Seals a message for one process; it opens on this subject of that process only. */
export function sealMessage(
  channels: SealedChannels,
  reader: PublicKey,
  subject: string,
  head: object | string,
  body?: Uint8Array,
): Uint8Array {
  return channels.seal(reader, encodeMessage(head, body), subject);
}

/** A message, opened, and the process that sealed it. */
export interface OpenedMessage<H> extends Message<H> {
  readonly from: string;
}

/**
 * A message, opened: at once when the key that sealed it is known, which it nearly always is.
 * @throws Error when it was not sealed for this process and subject by a process that is known.
 */
export function openMessage<H>(bus: Opening, message: Msg): OpenedMessage<H> | Promise<OpenedMessage<H>> {
  const { presence, channels } = bus;
  if (presence.peerKey(SealedChannels.senderOf(message.data)) !== undefined) return opened(channels, message);
  return sealerOf(presence, message.data).then(() => opened<H>(channels, message));
}

/** What a process opens messages with. */
interface Opening {
  readonly channels: SealedChannels;
  readonly presence: Presence;
}

function opened<H>(channels: SealedChannels, { subject, data }: Msg): OpenedMessage<H> {
  const { plain, from } = channels.open(data, subject);
  const { head, body } = decodeMessage<H>(plain);
  return { head, body, from };
}

/** Seals a frame for its reader; the subject is authenticated along, so it counts there only. */
export function sealFrame(channels: SealedChannels, reader: PublicKey, subject: string, frame: Uint8Array): Uint8Array {
  const box = channels.seal(reader, frame, subject);
  const bytes = Buffer.allocUnsafe(1 + box.length);
  bytes[0] = sealedFrame;
  bytes.set(box, 1);
  return bytes;
}

/** True for what {@link sealFrame} has made. */
export const isSealed = (data: Uint8Array): boolean => data[0] === sealedFrame;

/** The frame, opened when it was sealed. @throws Error when it cannot be. */
export function openFrame(channels: SealedChannels, subject: string, data: Uint8Array): Uint8Array {
  return isSealed(data) ? channels.open(data.subarray(1), subject).plain : data;
}
