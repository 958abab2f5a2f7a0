import { randomUUID } from 'node:crypto';
import { decodeFrame, openFrame, type Bus } from '@pontage/bus';
import type { AnswerHead, Dispatch } from '@pontage/contracts/egress-worker';
import { asProblem, problemFromWire, unavailable } from '@pontage/problems';
import type { Dispatcher } from './dispatcher.js';

/** For whom and from where a call of ours leaves. */
export interface EgressRoute {
  readonly org: string;
  readonly region: string;
  readonly timeoutMs: number;
}

/** The part of `fetch` that libraries use which take one: an absolute URL, and text, form or bytes as the body. */
export type EgressFetch = (
  url: string | URL,
  init?: { method?: string; headers?: ConstructorParameters<typeof Headers>[0]; body?: unknown },
) => Promise<Response>;

/** Token endpoints and their like answer in kilobytes. */
const maxResponseBytes = 1024 * 1024;

/**
 * A `fetch` that leaves through an egress worker of the route's region, under its policy, and is answered sealed.
 * Redirects are not followed: a token endpoint that moves has to be configured anew.
 * @throws Problem the worker's, or `region-unavailable`, or `unavailable` after `timeoutMs`.
 */
export function egressFetch(bus: Bus, dispatcher: Dispatcher, route: EgressRoute): EgressFetch {
  return async (url, init = {}) => {
    const body = toBytes(init.body);
    const headers = new Headers(init.headers);
    if (init.body instanceof URLSearchParams && !headers.has('content-type'))
      headers.set('content-type', 'application/x-www-form-urlencoded');
    const answer = await exchange(
      bus,
      dispatcher,
      route,
      {
        method: init.method ?? 'GET',
        url: String(url),
        headers: [...headers.entries()],
        body: { kind: body === undefined ? 'none' : 'inline' },
      },
      body,
    );
    return new Response(bodyless(answer.head.status) ? null : answer.body, {
      status: answer.head.status,
      headers: answer.head.headers.map(([name, value]): [string, string] => [name, value]),
    });
  };
}

interface Answer {
  readonly head: AnswerHead;
  readonly body: Buffer<ArrayBuffer>;
}

function exchange(
  bus: Bus,
  dispatcher: Dispatcher,
  route: EgressRoute,
  request: Dispatch['request'],
  body: Uint8Array | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let head: AnswerHead | undefined;
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      inbox.close();
      settle();
    };
    const executionId = randomUUID();
    const timer = setTimeout(() => {
      dispatcher.cancel(route.region, executionId);
      finish(() => reject(unavailable({}, { note: `no answer from a worker of ${route.region}` })));
    }, route.timeoutMs + 1_000);
    const inbox = bus.replies.expect((message) => {
      try {
        const frame = decodeFrame(openFrame(bus.channels, message.subject, message.data));
        if (frame.type === 'problem') finish(() => reject(problemFromWire(frame.head)));
        if (frame.type === 'head' || frame.type === 'whole') head = frame.head;
        if (frame.type === 'head' || frame.type === 'whole' || frame.type === 'chunk') chunks.push(frame.body);
        if ((frame.type === 'whole' || frame.type === 'end') && head !== undefined) {
          const answer = { head, body: Buffer.concat(chunks) };
          finish(() => resolve(answer));
        }
      } catch (error) {
        finish(() => reject(asProblem(error)));
      }
    });
    const answerTo = {
      process: `${bus.identity.service}/${bus.identity.instance}`,
      inbox: inbox.subject,
      bulkInbox: inbox.subject,
      sealed: true,
    };
    dispatcher.send({
      region: route.region,
      body,
      failed: (problem) => finish(() => reject(problem)),
      dispatch: { executionId, org: route.org, answerTo, request, remainingMs: route.timeoutMs, ...tokenCall },
    });
  });
}

/** What every call of ours has in common: it carries its credential itself, goes nowhere else, and is no query of anybody's. */
const tokenCall = {
  attempt: 1,
  credential: { headers: [], queryParams: [] },
  injected: [],
  maxRedirects: 0,
  maxResponseBytes,
  decode: true,
  keep: [],
  window: maxResponseBytes,
  audited: false,
};

const bodyless = (status: number): boolean => status === 204 || status === 205 || status === 304;

function toBytes(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body));
  throw new TypeError('egressFetch takes text, a form or bytes as the body');
}
