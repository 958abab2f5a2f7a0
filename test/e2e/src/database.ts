import type { Pontage } from '@pontage/testkit';
import pg from 'pg';

/** Uses the database as its operator. */
export async function inDatabase<T>(pontage: Pontage, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(pontage.processes().databaseUrl);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** How many rows each table has. */
export const counted = (pontage: Pontage, schema: string, tables: readonly string[]): Promise<number[]> =>
  inDatabase(pontage, async (client) => {
    const counts: number[] = [];
    for (const table of tables) {
      const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${schema}.${table}`);
      counts.push(rows[0]?.count ?? -1);
    }
    return counts;
  });

/** Everything that the tables of a schema hold. */
export const dump = (pontage: Pontage, schema: string): Promise<string> =>
  inDatabase(pontage, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1',
      [schema],
    );
    const texts: string[] = [];
    for (const { name } of rows) {
      const found = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${schema}.${name} t`);
      texts.push(...found.rows.map(({ text }) => text));
    }
    return texts.join('\n');
  });
