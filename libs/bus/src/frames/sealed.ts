import type { Msg } from '@nats-io/transport-node';
import { SealedChannels, type PeerKey, type PublicKey } from '@pontage/sealing';
import type { Presence } from '../presence.js';
import { sealedFrame } from './frame.js';
import { decodeBatch, encodeBatch } from './batch.js';

/** How long what is sealed waits for the announcement of the key that sealed it. */
const keyWaitMs = 500;

/** The key that sealed a box; the announcement of a new one may still be on its way. */
export function sealerOf(presence: Presence, box: Uint8Array): Promise<PeerKey | undefined> {
  const id = SealedChannels.senderOf(box);
  return presence.until(() => presence.peerKey(id), keyWaitMs);
}

/** True for an inbox of the process named `service/instance`: an answer elsewhere would be published with our rights, not its own. */
export const isInboxOf = (process: string, subject: string | undefined): subject is string =>
  subject?.startsWith(inboxesOf(process)) === true;

const inboxes = new Map<string, string>();
const maxProcesses = 1_000;

/** Processes are few, and each is asked for with every message of its. */
function inboxesOf(process: string): string {
  const known = inboxes.get(process);
  if (known !== undefined) return known;
  const made = `_INBOX.${process.replace('/', '.')}.`;
  if (inboxes.size >= maxProcesses) inboxes.clear();
  inboxes.set(process, made);
  return made;
}

/**
 * Seals messages for one process in one box; it opens on this subject of that process only.
 * @param messages as `encodeMessage` makes them
 */
export function sealBatch(
  channels: SealedChannels,
  reader: PublicKey,
  subject: string,
  messages: readonly Uint8Array[],
): Uint8Array {
  return channels.seal(reader, encodeBatch(messages), subject);
}

/** The messages of one box, each still to be decoded, and the process that sealed it. */
export interface OpenedBatch {
  readonly from: string;
  readonly messages: readonly Uint8Array[];
}

/**
 * A box of messages, opened: at once when the key that sealed it is known, which it nearly always is.
 * @throws Error when it was not sealed for this process and subject by a process that is known.
 */
export function openBatch(bus: Opening, message: Msg): OpenedBatch | Promise<OpenedBatch> {
  const { presence, channels } = bus;
  if (presence.peerKey(SealedChannels.senderOf(message.data)) !== undefined) return opened(channels, message);
  return sealerOf(presence, message.data).then(() => opened(channels, message));
}

/** What a process opens boxes with. */
interface Opening {
  readonly channels: SealedChannels;
  readonly presence: Presence;
}

function opened(channels: SealedChannels, { subject, data }: Msg): OpenedBatch {
  const { plain, from } = channels.open(data, subject);
  return { from, messages: decodeBatch(plain) };
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
