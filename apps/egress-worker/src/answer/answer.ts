import type { Dispatch } from '@pontage/contracts/egress-worker';
import { stripHopByHop } from '@pontage/http-message';
import { responseTooLarge, type Problem } from '@pontage/problems';
import type { AnswerSink, UpstreamHead } from './answer-sink.js';
import { BodyDecoder, codingsOf, decodedHeaders } from './body-decoder.js';
import { FrameWriter } from './frame-writer.js';
import { InjectedValues } from './injected-values.js';

/** What an answer tells the call that it belongs to. */
export interface AnswerEvents {
  /** The upstream may go on. */
  resume(): void;
  failed(problem: Problem): void;
  /** All of it is one frame. */
  whole(head: UpstreamHead, bytes: number, body: Uint8Array): void;
  /** All of it has been sent but for the end. */
  ended(bytes: number, chunks: number): void;
}

/** The answer on its way from the upstream to the reader: decoded if that was asked for, limited, and cut into frames. */
export class Answer {
  private readonly writer: FrameWriter;
  private readonly decoder: BodyDecoder | undefined;

  /** @throws Problem `response-too-large` by its own account; `upstream-broken` when it cannot be decoded. */
  constructor(
    readonly head: UpstreamHead,
    method: string,
    dispatch: Dispatch,
    sink: AnswerSink,
    private readonly events: AnswerEvents,
  ) {
    const { maxResponseBytes: maxBytes, window } = dispatch;
    const hasBody = method !== 'HEAD' && head.status !== 204 && head.status !== 304;
    const codings = hasBody ? codingsOf(head.headers) : [];
    const decodes = dispatch.decode && codings.length > 0;
    if (hasBody && !decodes && contentLength(head) > maxBytes) throw responseTooLarge({ limitBytes: maxBytes });
    const headers = stripHopByHop(head.headers);
    const sent = { status: head.status, headers: decodes ? decodedHeaders(headers) : headers };
    // Nobody can see what compressed bytes hold, and what is sealed anyway is looked through for the record only.
    const isOpaque = codings.length > 0 && !decodes;
    const isSearched = !isOpaque && (dispatch.intents !== undefined || !dispatch.answerTo.sealed);
    const injected = new InjectedValues(isSearched ? dispatch.injected : []);
    this.writer = new FrameWriter(sent, sink, {
      maxBytes,
      window,
      injected,
      events: {
        writable: () => this.goOn(),
        failed: events.failed,
        written: (last, bytes) =>
          'whole' in last ? events.whole(sent, bytes, last.whole) : events.ended(bytes, last.chunks),
      },
    });
    if (dispatch.answerTo.sealed || (isOpaque && dispatch.injected.length > 0)) this.writer.seal();
    if (decodes) this.decoder = this.decoding(codings, maxBytes);
    this.writer.begin();
  }

  /** Body bytes that have been sent. */
  get bytes(): number {
    return this.writer.bytes;
  }

  /** A value that was injected has been seen in it. */
  get echoes(): boolean {
    return this.writer.echoes;
  }

  /** Takes a piece from the upstream; false pauses it until `resume`. */
  push(chunk: Buffer): boolean {
    return this.decoder === undefined ? this.writer.push(chunk) : this.decoder.write(chunk);
  }

  finish(): void {
    if (this.decoder === undefined) this.writer.finish();
    else this.decoder.finish();
  }

  grant(bytes: number): void {
    this.writer.grant(bytes);
  }

  destroy(): void {
    this.writer.stop();
    this.decoder?.destroy();
  }

  private decoding(codings: readonly string[], maxBytes: number): BodyDecoder {
    return new BodyDecoder(codings, maxBytes, {
      data: (chunk) => this.writer.push(chunk),
      end: () => this.writer.finish(),
      failed: this.events.failed,
      writable: () => this.events.resume(),
    });
  }

  private goOn(): void {
    if (this.decoder === undefined) this.events.resume();
    else this.decoder.resume();
  }
}

function contentLength({ headers }: UpstreamHead): number {
  const text = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return text === undefined ? 0 : Number(text);
}
