import { randomUUID } from 'node:crypto';
import { decodeFrame, Hearing, openFrame, type Bus } from '@pontage/bus';
import type { AnswerHead, Dispatch, DispatchTls } from '@pontage/contracts/egress-worker';
import { asProblem, problemFromWire, unavailable, workerLost, type Problem } from '@pontage/problems';
import type { Dispatcher } from './dispatcher.js';

/** How a call of ours is made. */
export interface EgressManner {
  readonly timeoutMs: number;
  /** How TLS is spoken with the upstream; undefined: as with everybody. */
  readonly tls?: DispatchTls | undefined;
  /** The answer is over with its head: nobody reads what follows. */
  readonly headOnly?: boolean;
}

/** For whom and from where a call of ours leaves. */
export interface EgressRoute extends EgressManner {
  readonly org: string;
  readonly region: string;
}

/** The part of `fetch` that libraries use which take one: an absolute URL, and text, form or bytes as the body. */
export type EgressFetch = (
  url: string | URL,
  init?: { method?: string; headers?: ConstructorParameters<typeof Headers>[0]; body?: unknown },
) => Promise<Response>;

/** A worker gives a sign of life every second; one that is silent for this long is gone. */
const silenceMs = 3_000;
const lookMs = 250;
/** Token endpoints and their like answer in kilobytes. */
const maxResponseBytes = 1024 * 1024;

/**
 * A `fetch` that leaves through an egress worker of the route's region, under its policy, and is answered sealed.
 * Redirects are not followed: a token endpoint that moves has to be configured anew.
 * @throws Problem the worker's, or `region-unavailable`, `worker-lost` when the worker falls silent, or `unavailable` after `timeoutMs`.
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
  const executionId = randomUUID();
  return new Promise<Answer>((resolve, reject) => {
    const reading = new Reading(resolve, reject, route.headOnly === true);
    const watch = setInterval(() => {
      const problem = reading.overdue(route);
      if (problem === undefined) return;
      dispatcher.cancel(route.region, executionId);
      reading.fail(problem);
    }, lookMs);
    const inbox = bus.replies.expect((message) =>
      reading.take(() => openFrame(bus.channels, message.subject, message.data)),
    );
    reading.onEnd = () => {
      clearInterval(watch);
      inbox.close();
    };
    reading.onEnough = () => dispatcher.cancel(route.region, executionId);
    const { service, instance } = bus.identity;
    const { subject } = inbox;
    const answerTo = { process: `${service}/${instance}`, inbox: subject, bulkInbox: subject, sealed: true };
    dispatcher.send({
      region: route.region,
      executionId,
      attempt: 1,
      dispatchTo: () => callOf(route, { executionId, answerTo, request }),
      body,
      failed: (problem) => reading.fail(problem),
      lost: () => reading.fail(workerLost({})),
    });
  });
}

/** The frames of one answer as they come, put together. */
class Reading {
  onEnd: () => void = () => undefined;
  /** The rest of the answer is not wanted. */
  onEnough: () => void = () => undefined;
  private head: AnswerHead | undefined;
  private readonly chunks: Uint8Array[] = [];
  private readonly begunAt = performance.now();
  private heardAt = this.begunAt;
  private readonly hearing = new Hearing();

  constructor(
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (problem: Problem) => void,
    private readonly headOnly: boolean,
  ) {}

  take(open: () => Uint8Array): void {
    this.heardAt = performance.now();
    try {
      const frame = decodeFrame(open());
      if (frame.type === 'problem') return this.fail(problemFromWire(frame.head));
      if (frame.type === 'head' || frame.type === 'whole') this.head = frame.head;
      if (frame.type === 'head' && this.headOnly) return this.enough(frame.head);
      if (frame.type === 'head' || frame.type === 'whole' || frame.type === 'chunk') this.chunks.push(frame.body);
      if ((frame.type !== 'whole' && frame.type !== 'end') || this.head === undefined) return;
      this.onEnd();
      this.resolve({ head: this.head, body: Buffer.concat(this.chunks) });
    } catch (error) {
      this.fail(asProblem(error));
    }
  }

  private enough(head: AnswerHead): void {
    this.onEnd();
    this.onEnough();
    this.resolve({ head, body: Buffer.alloc(0) });
  }

  fail(problem: Problem): void {
    this.onEnd();
    this.reject(problem);
  }

  /** Why nothing more is to be expected; undefined while it is. */
  overdue({ region, timeoutMs }: EgressRoute): Problem | undefined {
    const silentMs = this.hearing.look()(this.heardAt);
    if (performance.now() - this.begunAt > timeoutMs + 1_000)
      return unavailable({}, { note: `no answer from a worker of ${region}` });
    return silentMs > silenceMs ? workerLost({}) : undefined;
  }
}

/** A call of ours: it carries its credential itself, goes nowhere else, and is no query of anybody's. */
const callOf = (
  { org, timeoutMs, tls, headOnly }: EgressRoute,
  asked: Pick<Dispatch, 'executionId' | 'answerTo' | 'request'>,
): Dispatch => ({
  ...asked,
  attempt: 1,
  org,
  credential: { headers: [], queryParams: [] },
  injected: [],
  ...(tls === undefined ? {} : { tls }),
  maxRedirects: 0,
  remainingMs: timeoutMs,
  keep: [],
  observe: [],
  ...(headOnly === true ? headCall : wholeCall),
});

const wholeCall = { maxResponseBytes, decode: true, window: maxResponseBytes };
/** However long the body is, and however it is encoded, it is not read. */
const headCall = { maxResponseBytes: Number.MAX_SAFE_INTEGER, decode: false, window: 16 * 1024 };

const bodyless = (status: number): boolean => status === 204 || status === 205 || status === 304;

function toBytes(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body));
  throw new TypeError('egressFetch takes text, a form or bytes as the body');
}
