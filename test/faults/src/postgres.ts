import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pontage } from '@pontage/testkit';

/** The processes of the embedded PostgreSQL: the postmaster and what it has forked. Linux only. */
export function postgresOf(pontage: Pontage): { pid: number }[] {
  const folder = readdirSync(pontage.dataDir, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('postmaster.pid'),
  );
  if (folder === undefined) throw new Error('no embedded PostgreSQL runs');
  const pid = Number(readFileSync(join(pontage.dataDir, folder), 'utf8').split('\n')[0]);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return [pid, ...children.map(Number)].map((each) => ({ pid: each }));
}
