import type { IncomingMessage } from 'node:http';

/**
 * What belongs to the crossing between the caller and us and stays on this side of it: the caller's API token and
 * cookies, framing, our own headers, and what proxies and browsers add about where a request comes from.
 */
const ours =
  /^(?:authorization|proxy-.*|cookie|host|content-length|expect|forwarded|via|x-forwarded-.*|x-real-ip|x-request-id|pontage-.*|sec-.*|origin|referer|http2-settings)$/i;

/** The headers of a request to `/proxy` that are meant for the upstream, as they came: in order, with duplicates. */
export function passedHeaders({ rawHeaders }: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!ours.test(name)) pairs.push([name, rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}
