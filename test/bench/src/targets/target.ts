import { createHash } from 'node:crypto';
import type { LoadRequest } from '../load/load-request.js';
import { bodies, streamed } from './upstream.js';

/** What the upstream is asked for: one of its answers, or the long one. */
export type Asked = keyof typeof bodies | 'stream';

/** One way to the upstream. */
export interface Target {
  readonly name: string;
  requestFor(asked: Asked): LoadRequest;
  /** The processes that an answer passes through, and others that work because of it, by name. */
  readonly path: ReadonlyMap<string, number>;
  readonly beside: ReadonlyMap<string, number>;
}

/** A target that passes the upstream's answers on as they are, from this address. */
export function plainTarget(name: string, address: string, pid?: number): Target {
  return {
    name,
    requestFor: (asked) => ({
      url: `${address}/open/${asked}`,
      method: 'GET',
      headers: [],
      expected: expectedOf(asked),
    }),
    path: new Map(pid === undefined ? [] : [[name, pid]]),
    beside: new Map(),
  };
}

/** The upstream's own bytes. */
export function expectedOf(asked: Asked): { bytes: number; sha256: string } {
  const hash = createHash('sha256');
  if (asked !== 'stream')
    return { bytes: Buffer.byteLength(bodies[asked]), sha256: hash.update(bodies[asked]).digest('hex') };
  const { piece, pieces } = streamed;
  for (let left = pieces; left > 0; left -= 1) hash.update(piece);
  return { bytes: piece.length * pieces, sha256: hash.digest('hex') };
}
