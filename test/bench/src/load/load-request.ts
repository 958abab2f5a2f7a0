/** What the load generator asks over and over. */
export interface LoadRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body?: string;
  readonly expected: Expected;
}

/** What an answer has to be, besides 200: these bytes, or a text that holds another. */
export type Expected = { readonly bytes: number; readonly sha256: string } | { readonly holding: string };

/** What the generator can be told to do. */
export type LoadOrder =
  /** Connects, looks at one answer in full, and then keeps asking for a while that nobody counts. */
  | { readonly type: 'open'; readonly request: LoadRequest; readonly connections: number; readonly warmMs: number }
  /** Asks on all connections, and waits for the last answers. */
  | { readonly type: 'run'; readonly forMs: number }
  | { readonly type: 'close' }
  /** Bare round trips on the bus, one after the other. */
  | { readonly type: 'round-trips'; readonly url: string; readonly subject: string; readonly forMs: number };

/** What came of a run. Any answer but the right one fails it. */
export interface LoadResult {
  readonly answers: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
