import { encodeMessage, SealedBatches, type Bus, type PresenceRecord } from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { runQuerySubject, type RunQuery } from '@pontage/contracts/query-proxy';
import { unavailable } from '@pontage/problems';
import type { OpenQuery, QueryToRun } from './open-query.js';

/**
 * Asks query-proxies. Callers come in on sockets of their own, and a write to the bus costs more than all else here: what is
 * asked in one turn of the event loop leaves in one.
 */
export class QueryQuestions {
  private waiting: OpenQuery[] = [];
  private readonly batches: SealedBatches;

  /** @param failed hears of a question that could not be put */
  constructor(
    private readonly bus: Bus,
    private readonly find: (executionId: string) => OpenQuery | undefined,
    private readonly failed: (query: OpenQuery, error: unknown) => void,
  ) {
    this.batches = new SealedBatches(bus, {
      untaken: (executionId, proxy) => this.askAnother(executionId, proxy),
      failed: (executionId, error) => {
        const query = this.find(executionId);
        if (query !== undefined) this.failed(query, error);
      },
    });
  }

  ask(query: OpenQuery): void {
    query.attempt += 1;
    this.put(query);
  }

  /** The query-proxy that was asked is gone and has not heard the question: the next one is asked, whatever is asked for. */
  private askAnother(executionId: string, proxy: string): void {
    this.bus.presence.forget('query-proxy', proxy);
    const query = this.find(executionId);
    if (query !== undefined && query.proxy === proxy && !query.heard) this.put(query);
  }

  private put(query: OpenQuery): void {
    query.askedAt = performance.now();
    query.heardAt = query.askedAt;
    if (query.attempt === 1) query.firstAskedAt = query.askedAt;
    query.heard = false;
    if (this.waiting.length === 0) setImmediate(() => this.flush());
    this.waiting.push(query);
  }

  private flush(): void {
    const asked = this.waiting;
    this.waiting = [];
    for (const query of asked) {
      try {
        if (this.find(query.executionId) !== undefined) this.send(query);
      } catch (error) {
        this.failed(query, error);
      }
    }
  }

  private send(query: OpenQuery): void {
    const { body, inboxes } = query;
    const proxy = this.pick(query.proxy);
    query.proxy = proxy.instance;
    const subject = subjectOf(runQuerySubject, { instance: proxy.instance });
    const question = encodeMessage(this.headOf(query), inboxes[0]?.subject ?? '', body);
    this.batches.send(proxy, subject, query.executionId, question);
  }

  /** The head's JSON, put together from two: a copy of what is asked for would cost more than writing it. */
  private headOf({ executionId, attempt, run, inboxes, firstAskedAt }: OpenQuery): string {
    const { service, instance } = this.bus.identity;
    const ours: Omit<RunQuery, keyof QueryToRun> = {
      executionId,
      attempt,
      ...(attempt === 1 ? {} : { spentMs: Math.round(performance.now() - firstAskedAt) }),
      gateway: `${service}/${instance}`,
      bulkInbox: inboxes[1]?.subject ?? '',
    };
    // JSON knows no functions, so that `isLive` is left out of it.
    return `${JSON.stringify(run).slice(0, -1)},${JSON.stringify(ours).slice(1)}`;
  }

  /** Any of those that take queries; the one that was asked in vain only if there is no other. */
  private pick(before: string | undefined): PresenceRecord {
    // One that has said no capacity yet is there, and does not listen.
    const live = this.bus.presence.live('query-proxy').filter(({ capacity }) => capacity > 0);
    const others = before === undefined ? live : live.filter(({ instance }) => instance !== before);
    const among = others.length > 0 ? others : live;
    const picked = among[Math.floor(Math.random() * among.length)];
    if (picked === undefined) throw unavailable({}, { detail: 'No query-proxy is there.' });
    return picked;
  }
}
