import { startChild, type Child } from '../children/child.js';

/** The fixed token that the upstream takes, and that it repeats in one of its answers. */
export const token = 'bench-t0ken-7b1d9c5e40aa';

const row = (index: number): object => ({ id: index, name: `item ${index}`, tags: ['a', 'b'], price: index * 1.25 });
const ofSize = (bytes: number, first: object): string => {
  const rows = [first];
  while (JSON.stringify(rows).length < bytes) rows.push(row(rows.length));
  return JSON.stringify(rows);
};

/** The upstream's short answers, by the last part of their paths. */
export const bodies = {
  '1k': ofSize(1_000, row(0)),
  '100k': ofSize(100_000, row(0)),
  echo: ofSize(1_000, { youSent: token }),
} as const;

/** The answer of the path `stream`: 50 MB. */
export const streamed = { piece: Buffer.alloc(64 * 1024, 'Pontage streams. '), pieces: 800 } as const;

/** Below this first part of its paths is the upstream's token endpoint; below every other one its answers, for who authenticates so. */
export const tokenPath = 'token';

/** The process that every target asks. */
export interface Upstream extends Child {
  readonly port: number;
}

/** Starts the upstream. */
export async function startUpstream(): Promise<Upstream> {
  const child = await startChild('upstream');
  return { ...child, port: child.ready as number };
}
