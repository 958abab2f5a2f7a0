import { encodeMessage, type Bus } from '@pontage/bus';
import { runQuerySubject, type RunQuery } from '@pontage/contracts/query-proxy';
import { sealCookies } from '../forwardable-cookies.js';
import type { OpenQuery } from './open-query.js';

/**
 * Asks query-proxies. Callers come in on sockets of their own, and a write to the bus costs more than all else here: what is
 * asked in one turn of the event loop leaves in one.
 */
export class QueryQuestions {
  private waiting: OpenQuery[] = [];

  /** @param failed hears of a question that could not be put */
  constructor(
    private readonly bus: Bus,
    private readonly isOpen: (executionId: string) => boolean,
    private readonly failed: (query: OpenQuery, error: unknown) => void,
  ) {}

  ask(query: OpenQuery): void {
    query.attempt += 1;
    query.askedAt = performance.now();
    query.heardAt = query.askedAt;
    query.heard = false;
    if (this.waiting.length === 0) setImmediate(() => this.flush());
    this.waiting.push(query);
  }

  private flush(): void {
    const asked = this.waiting;
    this.waiting = [];
    for (const query of asked) {
      try {
        if (this.isOpen(query.executionId)) this.send(query);
      } catch (error) {
        this.failed(query, error);
      }
    }
  }

  private send({ executionId, attempt, body, inboxes: [inbox, bulkInbox], run: asked }: OpenQuery): void {
    const { service, instance } = this.bus.identity;
    const { cookieLine, isLive: _isLive, ...run } = asked;
    const head: RunQuery = {
      ...run,
      ...(cookieLine === undefined ? {} : { cookies: sealCookies(this.bus, cookieLine, executionId) }),
      executionId,
      attempt,
      gateway: `${service}/${instance}`,
      bulkInbox: bulkInbox?.subject ?? '',
    };
    this.bus.connection.publish(runQuerySubject, encodeMessage(head, body), { reply: inbox?.subject ?? '' });
  }
}
