import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Behaviour } from './behaviour.js';
import { Recording } from './received-request.js';

/** Answers requests by the first segment of their path, once the body has been read. */
export const serveBehaviours =
  (behaviours: Readonly<Record<string, Behaviour>>, tls = false) =>
  (message: IncomingMessage, response: ServerResponse): void => {
    const recording = new Recording(message, 0, tls);
    const url = new URL(message.url ?? '/', 'http://upstream');
    const [name = '', ...segments] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    const behaviour = behaviours[name];
    if (behaviour === undefined) return void response.writeHead(404).end('no such API');
    recording
      .read()
      .then(() =>
        behaviour.answer({
          segments,
          query: url.searchParams,
          response,
          request: recording.request,
          pause: (ms) => sleep(ms),
        }),
      )
      .catch(() => response.destroy());
  };
