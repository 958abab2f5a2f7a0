import { askEmbedded } from './embedded-api.js';

/** What an upstream answered to a saved query; its own 4xx and 5xx are data. */
export interface QueryResult<T = unknown> {
  readonly executionId: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: T;
  readonly bodyEncoding: 'json' | 'text' | 'base64';
  readonly durationMs: number;
  readonly region: string;
}

/** Runs a saved query of this app. A name and parameters are all there is to say; the rest is the server's. @throws EmbedProblem */
export async function runQuery<T = unknown>(
  name: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<QueryResult<T>> {
  return (await askEmbedded(`queries/${encodeURIComponent(name)}/run`, {
    method: 'POST',
    body: { params },
  })) as QueryResult<T>;
}
