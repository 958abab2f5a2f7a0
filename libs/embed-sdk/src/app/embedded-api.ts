import { pageFacts } from './page-facts.js';
import { tellParent } from './tell-parent.js';

/** A call that the gateway refused: a problem as RFC 9457 has it. */
export class EmbedProblem extends Error {
  override readonly name = 'EmbedProblem';

  constructor(
    readonly code: string,
    readonly status: number,
    readonly document: Readonly<Record<string, unknown>>,
  ) {
    super(typeof document.detail === 'string' ? document.detail : code);
  }
}

/**
 * Asks the gateway as the session that this page belongs to. Integers that a number would round come as bigint, in
 * browsers whose JSON.parse shows the source.
 * @throws EmbedProblem
 */
export async function askEmbedded(path: string, init: { method: string; body?: unknown }): Promise<unknown> {
  const response = await fetch(`/embedded/api/${path}`, {
    method: init.method,
    headers: {
      'pontage-app': pageFacts().app,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    credentials: 'same-origin',
    cache: 'no-store',
    redirect: 'error',
  });
  const text = await response.text();
  const value: unknown = text === '' ? undefined : parseExact(text);
  if (response.ok) return value;
  const document = (value ?? {}) as Record<string, unknown>;
  const code = typeof document.code === 'string' ? document.code : 'internal';
  if (code === 'embed-session-expired') tellParent({ type: 'SESSION_EXPIRED' });
  throw new EmbedProblem(code, response.status, document);
}

/** JSON with its large integers as bigint. @see https://github.com/tc39/proposal-json-parse-with-source */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? 0)
      : value,
  );
}
