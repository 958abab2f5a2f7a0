import { encodeChunk, encodeFrame } from '@pontage/bus';
import { withoutCredential } from '../credential/apply-credential.js';
import { intentOf } from '../execution/intent-of.js';
import type { Rooms } from '../execution/rooms.js';
import type { StoredAnswer } from './answer-cache.js';
import { AnswerRelay, tellReader, type Reader } from './answer-relay.js';
import { cacheKeyOf, type Keyed } from './cache-key.js';
import { mayStore } from './may-store.js';
import type { RunQuery } from '@pontage/contracts/query-proxy';

type CacheRooms = Pick<Rooms, 'bus' | 'cache' | 'gate'>;

/** A query that could leave now, whose answers are kept. */
export interface Cacheable extends Keyed {
  readonly run: RunQuery;
  /** The gateway's inbox for this execution. */
  readonly inbox: string;
  readonly attempt: number;
  readonly withinMs: number;
}

/** The most that goes as one frame, and as one chunk. */
const wholeBytes = 64 * 1024;
const chunkBytes = 128 * 1024;

/** One run of a query whose answers are kept. */
export class CachedQuery {
  private readonly key: string;
  private readonly reader: Reader;

  constructor(
    private readonly rooms: CacheRooms,
    private readonly asked: Cacheable,
  ) {
    const { run, inbox } = asked;
    this.key = cacheKeyOf(asked);
    this.reader = { gateway: run.gateway, bulkInbox: run.bulkInbox, inbox };
  }

  /** Answers from here, if that is possible. Nothing is said before it is on record. @throws auditUnavailable */
  async answer(): Promise<boolean> {
    const { run, prepared, attempt, withinMs } = this.asked;
    const begun = performance.now();
    const stored = await this.rooms.cache.find(this.key, withinMs);
    if (stored === undefined) return false;
    const intent = intentOf(run, attempt, prepared, withoutCredential(prepared.request));
    const answered = { status: stored.head.status, bytes: stored.body.length };
    await this.rooms.gate.pass({ ...intent, answered, data: { ...intent.data, cache: 'hit' } });
    this.give(stored, performance.now() - begun);
    return true;
  }

  /** The way back of an answer that is still to come; it is kept for the next ones. */
  relay(): AnswerRelay {
    const { prepared, withinMs } = this.asked;
    const { seconds = 1, share = 'user' } = prepared.resolved.saved?.cache ?? {};
    const end = this.rooms.cache.begin(this.key, seconds);
    return new AnswerRelay(this.rooms.bus, this.reader, withinMs, (answer) =>
      end(answer !== undefined && mayStore(answer.head, share) ? answer : undefined),
    );
  }

  private give({ head: stored, body }: StoredAnswer, durationMs: number): void {
    const { attempt } = this.asked;
    const head = { ...stored, cache: 'hit' as const };
    const chunks = body.length <= wholeBytes ? 0 : Math.ceil(body.length / chunkBytes);
    const end = { bytes: body.length, chunks, durationMs };
    if (chunks === 0) return this.tell(encodeFrame('whole', attempt, { ...head, ...end }, body));
    this.tell(encodeFrame('head', attempt, head));
    for (let sequence = 0; sequence < chunks; sequence += 1) {
      const piece = body.subarray(sequence * chunkBytes, (sequence + 1) * chunkBytes);
      tellReader(this.rooms.bus, this.reader, encodeChunk(attempt, sequence, piece), true);
    }
    this.tell(encodeFrame('end', attempt, end));
  }

  private tell(frame: Uint8Array): void {
    tellReader(this.rooms.bus, this.reader, frame, false);
  }
}
