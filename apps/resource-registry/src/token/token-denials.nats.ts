import type { Principal } from '@pontage/contracts';
import type { tokens } from '@pontage/contracts/snapshots';
import { unavailable } from '@pontage/problems';
import type { SnapshotWriter } from '@pontage/snapshots';
import { TokenDenials } from './token-denials.js';
import { mayEnd, revokedForGood } from './token.js';

/** Denials as tombstones in the `tokens` bucket. */
export class NatsTokenDenials extends TokenDenials {
  constructor(private readonly writer: SnapshotWriter<typeof tokens>) {
    super();
  }

  async deny(org: string, id: string, by: Principal): Promise<boolean> {
    const hash = this.hashOf(org, id, by);
    if (hash === undefined) return false;
    try {
      await this.writer.put(hash, { version: revokedForGood, value: null });
    } catch (cause) {
      throw unavailable({}, { cause, note: 'the tokens bucket did not acknowledge a revocation' });
    }
    return true;
  }

  isDenied(hash: string): boolean {
    return this.writer.watch.versionOf(hash) === revokedForGood;
  }

  private hashOf(org: string, id: string, by: Principal): string | undefined {
    for (const [hash, token] of this.writer.watch.entries()) {
      if (token.org === org && token.id === id && mayEnd(by, token)) return hash;
    }
    return undefined;
  }
}
