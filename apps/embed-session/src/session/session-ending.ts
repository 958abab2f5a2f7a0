import { auditOf } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { sessions } from '@pontage/contracts/snapshots';
import type { UnitOfWork, AuditEntry, Work } from '@pontage/persistence';
import { isProblem, unavailable } from '@pontage/problems';
import type { SnapshotWriter } from '@pontage/snapshots';
import type { Logger } from '@pontage/telemetry';
import type { Directory, EndReason } from '../directory/directory.js';
import { revokeEmbedUrls, selectFresh } from '../embed-url/embed-url-table.js';
import { begun, ended, endSessions, findSession, selectActive, snapshotOf, type SessionRow } from './session-table.js';

/** A session and the key under which gateways find it. */
interface SessionKey {
  readonly id: string;
  readonly tokenHash: string;
}

/** Ends sessions: first for every gateway, then in the database. The first takes effect while the second is down. */
export class SessionEnding {
  /** Revocations that the database has not heard of, and by whom. */
  private readonly unwritten = new Map<string, Call>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly writer: SnapshotWriter<typeof sessions>,
    private readonly directory: Directory,
    private readonly logger: Logger,
  ) {}

  /** The session; while the database is down, as far as the bucket knows it. With `groupIds`, only one within these groups. */
  async find(org: string, id: string, groupIds: readonly number[] | null): Promise<SessionKey | undefined> {
    try {
      return await this.unitOfWork.run(org, (work) => findSession(work, id, groupIds));
    } catch (error) {
      if (!isProblem(error, unavailable)) throw error;
      for (const [tokenHash, session] of this.writer.watch.entries()) {
        const within = groupIds === null || session.groupIds.every((group) => groupIds.includes(group));
        if (session.org === org && session.id === id && within) return { id, tokenHash };
      }
      throw error;
    }
  }

  /** Ends a session because somebody wants it. */
  async revoke({ id, tokenHash }: SessionKey, call: Call): Promise<void> {
    await this.bury(tokenHash);
    try {
      await this.write(call.org, [id], 'revoked', auditOf(call));
    } catch (error) {
      if (!isProblem(error, unavailable)) throw error;
      // No gateway takes the session any more; the next round tells the database.
      this.unwritten.set(id, call);
      this.logger.warn({ err: error, session: id }, 'a revocation is in force, but not in the database yet');
    }
  }

  /**
   * Makes bucket and rows of an organisation agree, and ends what the directory no longer allows: sessions and URLs of
   * apps and groups that are gone. URLs come first: one that is redeemed meanwhile is found as a session.
   */
  async reconcile(org: string): Promise<void> {
    const whyNot = ({ app, groupIds }: Pick<SessionRow, 'app' | 'groupIds'>) =>
      this.directory.whyNot(org, app, groupIds);
    await this.unitOfWork.run(org, async (work) => {
      const lost = (await selectFresh(work)).filter(whyNot).map(({ id }) => id);
      if (lost.length > 0) await revokeEmbedUrls(work, lost);
    });
    for (const session of await this.unitOfWork.run(org, selectActive)) {
      const reason = this.isBuried(session.tokenHash) ? 'revoked' : whyNot(session);
      if (reason === undefined)
        await this.writer.put(session.tokenHash, { version: begun, value: snapshotOf(org, session) });
      else await this.end(org, session, reason);
    }
    for (const [id, call] of this.unwritten) if (call.org === org) this.unwritten.delete(id);
  }

  /** The organisations with revocations that the database has not heard of. */
  behind(): string[] {
    return [...new Set([...this.unwritten.values()].map(({ org }) => org))];
  }

  /** Takes sessions that have run out off the gateways' hands. */
  async forgetExpired(now: Date): Promise<void> {
    const expired = [...this.writer.watch.entries()].filter(
      ([, { expiresAt }]) => Date.parse(expiresAt) <= now.getTime(),
    );
    for (const [tokenHash] of expired) await this.bury(tokenHash);
  }

  private async end(org: string, { id, tokenHash }: SessionKey, reason: EndReason): Promise<void> {
    await this.bury(tokenHash);
    const call = this.unwritten.get(id);
    await this.write(org, [id], reason, call === undefined ? byItself(org) : auditOf(call));
  }

  private write(org: string, ids: readonly string[], reason: EndReason, by: ReturnType<typeof auditOf>): Promise<void> {
    return this.unitOfWork.run(org, async (work: Work) => {
      for (const session of await endSessions(work, ids, reason)) {
        const { id, tokenHash, app, externalIdentifier } = session;
        work.snapshot(sessions, tokenHash, { version: ended, value: null });
        work.audit({
          ...by,
          action: 'embed-session.revoked',
          outcome: 'success',
          app,
          externalIdentifier,
          data: { sessionId: id, reason },
        } satisfies AuditEntry);
      }
    });
  }

  private bury(tokenHash: string): Promise<void> {
    return this.writer.put(tokenHash, { version: ended, value: null });
  }

  private isBuried(tokenHash: string): boolean {
    return this.writer.watch.versionOf(tokenHash) === ended;
  }
}

const byItself = (org: string): ReturnType<typeof auditOf> => ({
  org,
  actor: { type: 'service', id: 'embed-session', display: 'embed-session' },
  externalIdentifier: null,
  requestId: null,
  ip: null,
  userAgent: null,
});
