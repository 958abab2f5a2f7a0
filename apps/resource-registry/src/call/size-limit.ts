import { invalidRequest } from '@pontage/problems';

/** A saved thing travels in one message of the bus (1 MB), and in an event together with what it was before. */
const maxBytes = 256 * 1024;

/** @throws invalidRequest for what is too large to be told to others */
export function refuseOversize(value: unknown): void {
  if (Buffer.byteLength(JSON.stringify(value)) > maxBytes)
    throw invalidRequest({}, { detail: `At most ${maxBytes} bytes can be saved.` });
}
