import { openDatabase, UnitOfWork } from '@pontage/persistence';
import pg from 'pg';
import type { BrokerStack } from '../broker.fixture.js';
import { schema } from '../settings.js';

/** A unit of work in a stack's database without a broker: nobody else serves webhooks there, and nothing is told. */
export async function quietWork({ stack }: BrokerStack): Promise<UnitOfWork> {
  const url = stack.databaseUrl(schema);
  const dataSource = await openDatabase({ url, schema, entities: [], applicationName: 'spec' });
  const nobody = { publishEvent: async () => {}, put: async () => {} };
  return new UnitOfWork(dataSource, nobody, nobody);
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
