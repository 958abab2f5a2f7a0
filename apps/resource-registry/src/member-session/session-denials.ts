import type { memberSessions } from '@pontage/contracts/snapshots';
import { unavailable } from '@pontage/problems';
import type { SnapshotWriter } from '@pontage/snapshots';
import { endedForGood } from './member-session.js';

/** The quick end of a session: every gateway hears of it, whatever the database does. */
export class SessionDenials {
  constructor(private readonly writer: SnapshotWriter<typeof memberSessions>) {}

  /** @throws Problem `unavailable` when the gateways could not be told */
  async deny(hash: string): Promise<void> {
    try {
      await this.writer.put(hash, { version: endedForGood, value: null });
    } catch (cause) {
      throw unavailable({}, { cause, note: 'the member_sessions bucket did not acknowledge an end' });
    }
  }

  /** True when the session of this hash was ended this way. */
  isDenied(hash: string): boolean {
    return this.writer.watch.versionOf(hash) === endedForGood;
  }
}
