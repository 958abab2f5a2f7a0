import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate } from '@pontage/persistence';
import { startStack, type Stack } from '@pontage/testkit';
import pg from 'pg';
import { schema } from '../settings.js';
import { KeyGrantsByCaller1764300000000 } from './key-grants-by-caller.js';
import { migrations } from './migrations.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
});

describe('grants that were there before there were callers', () => {
  it('serve everybody, and lose nothing', async () => {
    const migration = { ownerUrl: stack.postgres.ownerUrl, schema, appRole: schema };
    const before = migrations.filter((each) => each !== KeyGrantsByCaller1764300000000);
    expect(before).toHaveLength(migrations.length - 1);
    await migrate({ ...migration, migrations: before });
    const url = new URL(stack.postgres.superuserUrl);
    url.pathname = '/pontage';
    const client = new pg.Client(url.href);
    await client.connect();
    try {
      await client.query(`SET search_path = ${schema}`);
      const [id, org] = [randomUUID(), randomUUID()];
      await client.query(
        `INSERT INTO credential (id, org, resource_id, method, settings, sealed) VALUES ($1, $2, $1, 'oauth2', '{}', '\\x01')`,
        [id, org],
      );
      await client.query(
        `INSERT INTO issued_grant (credential_id, environment, org, version, sealed) VALUES ($1, 'production', $2, 7, '\\x02')`,
        [id, org],
      );
      await migrate({ ...migration, migrations });
      const { rows } = await client.query('SELECT caller, version, sealed, forget_at FROM issued_grant');
      expect(rows).toEqual([{ caller: '', version: 7, sealed: Buffer.from([2]), forget_at: null }]);
    } finally {
      await client.end();
    }
  });
});
