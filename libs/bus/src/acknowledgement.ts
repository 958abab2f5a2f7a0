import { eventStream } from '@pontage/contracts/events';
import { isNoResponders, type Reply } from './replies.js';

/**
 * Why the event stream has not taken a message, by what was answered to it; undefined when it has.
 * @see https://docs.nats.io/reference/reference-protocols/nats_api_reference#publish
 */
export function refusalIn(answer: Reply): string | undefined {
  if (isNoResponders(answer)) return 'there is no stream to write to';
  const { stream, error } = parsed(answer.data);
  if (error !== undefined) return error.description;
  // Another stream's word, which others may bring about, says nothing of this one.
  return stream === eventStream.name ? undefined : 'the answer is not of the event stream';
}

interface Acknowledgement {
  readonly stream?: string;
  readonly error?: { readonly description: string };
}

function parsed(data: Uint8Array): Acknowledgement {
  try {
    const value: unknown = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.length).toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
