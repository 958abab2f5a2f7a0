import { tokens, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import { decodeCursor, pageOf, violates, type Page, type Work } from '@pontage/persistence';
import { invalidRequest, notFound } from '@pontage/problems';
import { IsNull, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import { TokenStore } from './token-store.js';
import { TokenRow } from './token.entity.js';
import { revokedForGood, type SavedToken, type TokenReach } from './token.js';

/** API tokens in PostgreSQL. */
export class PostgresTokenStore extends TokenStore {
  async insert(work: Work, token: SavedToken): Promise<void> {
    await work.manager.insert(TokenRow, rowOf(work.org, token)).catch((error: unknown) => {
      throw violates(error, 'api_token_hash')
        ? invalidRequest({}, { detail: 'This token has been used before.' })
        : error;
    });
    tell(work, token);
  }

  async lock({ manager }: Work, id: string): Promise<SavedToken> {
    const row = await manager.findOne(TokenRow, { where: { id }, lock: { mode: 'for_no_key_update' } });
    if (row === null) throw notFound({});
    return tokenOf(row);
  }

  async list({ manager }: Work, { limit, cursor }: PageRequest, within: TokenReach): Promise<Page<SavedToken>> {
    const query = manager.createQueryBuilder(TokenRow, 'token').where('token.revokedAt IS NULL');
    const after = decodeCursor(cursor, z.tuple([z.string(), z.uuid()]));
    if (after !== undefined) query.andWhere('(token.name, token.id) > (:name, :id)', { name: after[0], id: after[1] });
    if ('memberId' in within) query.andWhere('token.memberId = :memberId', within);
    else if (within.groupIds !== null) query.andWhere('token.groupIds <@ :groupIds', within);
    const rows = await query
      .orderBy({ 'token.name': 'ASC', 'token.id': 'ASC' })
      .limit(limit + 1)
      .getMany();
    return pageOf(rows, limit, ({ name, id }) => [name, id], tokenOf);
  }

  async bootstrapped({ manager }: Work): Promise<SavedToken[]> {
    const rows = await manager.find(TokenRow, {
      where: { bootstrapped: true },
      order: { createdAt: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    return rows.map(tokenOf);
  }

  async update(work: Work, token: SavedToken): Promise<void> {
    const { groupIds, version, revokedAt } = rowOf(work.org, token);
    await work.manager.update(TokenRow, { id: token.id }, { groupIds, version, revokedAt });
    tell(work, token);
  }

  async dropGroup(work: Work, groupId: number): Promise<void> {
    const rows = await work.manager
      .createQueryBuilder(TokenRow, 'token')
      .setLock('for_no_key_update')
      .where('token.groupIds @> :groups AND token.revokedAt IS NULL', { groups: [groupId] })
      .orderBy('token.id')
      .getMany();
    for (const row of rows) {
      const token = tokenOf(row);
      await this.update(work, {
        ...token,
        groupIds: token.groupIds?.filter((id) => id !== groupId) ?? null,
        version: token.version + 1,
      });
    }
  }

  async endThoseOf(work: Work, memberId: string): Promise<void> {
    const rows = await work.manager.find(TokenRow, {
      where: { memberId, revokedAt: IsNull() },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    const revokedAt = new Date().toISOString();
    for (const row of rows) await this.update(work, { ...tokenOf(row), version: revokedForGood, revokedAt });
  }

  async liveIds(manager: EntityManager): Promise<ReadonlyMap<string, string>> {
    const rows = await manager.find(TokenRow, { where: { revokedAt: IsNull() }, select: { id: true, hash: true } });
    return new Map(rows.map(({ hash, id }) => [hash, id]));
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    const rows = await manager.find(TokenRow);
    return rows.map((row) => ({ bucket: tokens, key: row.hash, entry: entryOf(row.org, tokenOf(row)) }));
  }
}

const tell = (work: Work, token: SavedToken): void => work.snapshot(tokens, token.hash, entryOf(work.org, token));

function entryOf(
  org: string,
  { version, revokedAt, id, name, scopes, groupIds, expiresAt, memberId }: SavedToken,
): SnapshotEntry<ValueOf<typeof tokens>> {
  if (revokedAt !== null) return { version, value: null };
  return {
    version,
    value: {
      org,
      id,
      name,
      scopes: [...scopes],
      groupIds: groupIds === null ? null : [...groupIds],
      expiresAt,
      memberId,
    },
  };
}

const dateOf = (time: string | null): Date | null => (time === null ? null : new Date(time));

const rowOf = (org: string, token: SavedToken): TokenRow => ({
  ...token,
  org,
  scopes: [...token.scopes],
  groupIds: token.groupIds === null ? null : [...token.groupIds],
  expiresAt: dateOf(token.expiresAt),
  createdAt: new Date(token.createdAt),
  revokedAt: dateOf(token.revokedAt),
});

const tokenOf = ({ org: _, ...row }: TokenRow): SavedToken => ({
  ...row,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  revokedAt: row.revokedAt?.toISOString() ?? null,
});
