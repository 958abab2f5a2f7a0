import { writeFileSync } from 'node:fs';
import type { Pontage } from '@pontage/testkit';
import pg from 'pg';

/** Writes down what a backup by SQL would hold: every row of every table, as the superuser sees it. Returns how many tables there are. */
export async function dumpRows(pontage: Pontage, file: string): Promise<number> {
  const client = new pg.Client(pontage.processes().databaseUrl);
  await client.connect();
  try {
    await client.query('CHECKPOINT');
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables`,
    );
    const texts: string[] = [];
    for (const { name } of rows) {
      const { rows: content } = await client.query<{ line: string }>(`SELECT t::text AS line FROM ${name} AS t`);
      texts.push(`${name}\n${content.map(({ line }) => line).join('\n')}`);
    }
    writeFileSync(file, texts.join('\n'));
    return rows.length;
  } finally {
    await client.end();
  }
}
