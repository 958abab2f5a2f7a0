import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listCheckpoints } from '@pontage/contracts/audit-log';
import { decodeCursor, pageOf } from '@pontage/persistence';
import { z } from 'zod';
import { Evidence } from './evidence.js';

const place = z.tuple([z.int().nonnegative()]);

/** Answers with the organisation's checkpoints, wherever they are kept, and the keys that verify them. */
@serves(listCheckpoints)
export class ListCheckpoints {
  constructor(private readonly evidence: Evidence) {}

  async handle(
    { limit, cursor }: ParsedRequestOf<typeof listCheckpoints>,
    { org }: Call,
  ): Promise<ReplyOf<typeof listCheckpoints>> {
    const [from] = decodeCursor(cursor, place) ?? [0];
    const { checkpoints } = await this.evidence.of(org);
    const numbered = checkpoints.map((checkpoint, index) => ({ checkpoint, index })).slice(from, from + limit + 1);
    const page = pageOf(
      numbered,
      limit,
      ({ index }) => [index + 1],
      ({ checkpoint }) => checkpoint,
    );
    return { ...page, org, keys: this.evidence.jwks };
  }
}
