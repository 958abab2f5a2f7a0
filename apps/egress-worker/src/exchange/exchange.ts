import type { Readable } from 'node:stream';
import type { Pairs } from '@pontage/http-message';
import { upstreamBroken } from '@pontage/problems';
import type { Dispatcher } from 'undici';
import type { Connection } from '../connection/connection.js';
import type { Connections } from '../connection/connections.js';
import type { Stage } from '../connection/stage.js';

/** What one exchange tells whoever started it. After `end` or `failed` nothing more is told. */
export interface ExchangeEvents {
  stage(stage: Stage): void;
  /** The head of the answer; false pauses the exchange before the body. */
  head(status: number, headers: Pairs): boolean;
  /** A piece of the body; false pauses the exchange. */
  data(chunk: Buffer): boolean;
  end(): void;
  failed(error: Error): void;
}

/** What goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  readonly body: Uint8Array | Readable | null;
}

/** So much of an unwanted body is read to keep the connection; more costs more than a new one. */
const drainBytes = 64 * 1024;
const drainMs = 1_000;
/** So many interim answers (RFC 9110, 15.2) may come before the answer. */
const maxInterim = 16;

/**
 * One request and its answer on one connection. It is undici's handler itself, in the form that gets raw header bytes:
 * the newer form parses them into an object, which loses order and duplicates and costs time.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  private abortRequest: ((reason: Error) => void) | undefined;
  private resumeAnswer: () => void = () => undefined;
  private events: ExchangeEvents;
  private over = false;
  private answered = false;
  private interim = 0;

  constructor(
    private readonly connection: Connection,
    private readonly connections: Connections,
    events: ExchangeEvents,
  ) {
    this.events = events;
  }

  /** The connection has carried a request before and nothing of an answer has come: it may have been closed meanwhile. */
  get mayBeStale(): boolean {
    return this.connection.reused && !this.answered;
  }

  start(request: WireRequest): void {
    this.connection.send(request, this, (stage) => this.events.stage(stage));
  }

  /** Goes on after a pause. */
  resume(): void {
    this.resumeAnswer();
  }

  /** Breaks off; nothing more is told. */
  abort(): void {
    this.events = silent;
    if (this.over) return;
    const reason = new Error('the request is not wanted any more');
    this.abortRequest?.(reason);
    this.connection.destroy(reason);
  }

  /** Reads the rest of a short answer so that the connection can be used again; nothing more is told. */
  drain(): void {
    let left = drainBytes;
    this.events = {
      ...silent,
      data: ({ length }) => {
        left -= length;
        if (left < 0) this.abort();
        return true;
      },
    };
    if (this.over) return;
    setTimeout(() => this.abort(), drainMs).unref();
    this.resumeAnswer();
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.abortRequest = abort;
    this.events.stage('request');
  }

  onRequestSent(): void {
    // An upstream may answer before it has the whole request.
    if (!this.answered) this.events.stage('head');
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void): boolean {
    if (status < 200) return this.passOver();
    this.answered = true;
    this.resumeAnswer = resume;
    this.events.stage('body');
    return this.events.head(status, headerPairs(rawHeaders));
  }

  /** An interim answer is nobody's; without end they would be an answer that never comes. */
  private passOver(): true {
    this.interim += 1;
    if (this.interim > maxInterim) {
      const detail = `More than ${maxInterim} interim answers (1xx) came in place of one.`;
      this.abortRequest?.(upstreamBroken({ stage: 'head' }, { detail }));
    }
    return true;
  }

  onData(chunk: Buffer): boolean {
    return this.events.data(chunk);
  }

  onComplete(): void {
    this.over = true;
    this.connections.giveBack(this.connection);
    this.events.end();
  }

  onError(error: Error): void {
    this.over = true;
    this.connection.destroy(error);
    this.events.failed(this.connection.tlsError ?? error);
  }
}

const silent: ExchangeEvents = {
  stage: () => undefined,
  head: () => true,
  data: () => true,
  end: () => undefined,
  failed: () => undefined,
};

/** Header bytes are latin1 (RFC 9110, 5.5); order and duplicates stay. */
function headerPairs(raw: readonly Buffer[]): Pairs {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    pairs.push([raw[index]?.toString('latin1') ?? '', raw[index + 1]?.toString('latin1') ?? '']);
  }
  return pairs;
}
