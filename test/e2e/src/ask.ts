import type { Pontage } from '@pontage/testkit';

/** What a refusal says besides. */
interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

/** An answer with its JSON; an empty body is an empty object. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly json: T & Refusal;
}

/** A list, as every list is. */
export interface List<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

/** Asks the gateway, as the admin unless told otherwise, and reads the answer. `T` is what the caller expects. */
export async function ask<T = Record<string, unknown>>(
  pontage: Pontage,
  method: string,
  path: string,
  json?: unknown,
  more: { token?: string | null; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const answer = await pontage.fetch(path, { method, ...(json === undefined ? {} : { json }), ...more });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, json: JSON.parse(text === '' ? '{}' : text) as T & Refusal };
}
