import { openDatabase, UnitOfWork } from '@pontage/persistence';
import { grants } from '@pontage/contracts/snapshots';
import { SnapshotWriter } from '@pontage/snapshots';
import pg from 'pg';
import type { BrokerStack } from '../broker.fixture.js';
import { sinkOf } from '../consent/grant-snapshots.js';
import { RotationBucket } from '../rotation/rotation-bucket.js';
import { schema } from '../settings.js';

/** A unit of work in a stack without a broker: nobody else serves webhooks there. */
export async function quietWork({ stack }: BrokerStack): Promise<UnitOfWork> {
  const bus = await stack.busOf('auth-broker');
  const url = stack.databaseUrl(schema);
  const dataSource = await openDatabase({ url, schema, entities: [], applicationName: 'spec' });
  return new UnitOfWork(
    dataSource,
    bus,
    sinkOf(await SnapshotWriter.open(bus, grants), await RotationBucket.open(bus)),
  );
}

/** Does something in one transaction of the superuser, whom no row-level security stops; in the end it is undone. */
export async function undone({ stack }: BrokerStack, fn: (client: pg.Client) => Promise<void>): Promise<void> {
  const url = new URL(stack.postgres.superuserUrl);
  url.pathname = '/pontage';
  const client = new pg.Client(url.href);
  await client.connect();
  try {
    await client.query(`BEGIN; SET LOCAL search_path = ${schema}`);
    await fn(client);
    await client.query('ROLLBACK');
  } finally {
    await client.end();
  }
}
