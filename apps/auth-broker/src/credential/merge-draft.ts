import type { AuthMethod } from '@pontage/auth-methods';
import { fieldErrors, invalidRequest, secretRequired } from '@pontage/problems';
import type { Draft } from '../draft/draft-store.js';

/** The credential that a draft continues. */
export interface Base {
  readonly method: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

/**
 * The secrets of a new credential: those of the draft, and from the base those that it keeps.
 * @throws secretRequired when what is kept would go to another place than before; invalidRequest when there is nothing to keep
 */
export function mergeSecrets(
  method: AuthMethod,
  draft: Draft,
  base: Base | undefined,
  destinationChanged: boolean,
): Record<string, unknown> {
  const { kept } = draft;
  const before = base?.method === draft.method ? base : undefined;
  const missing = kept.filter((name) => before === undefined || !Object.hasOwn(before.secrets, name));
  if (missing.length > 0) {
    throw invalidRequest(
      {},
      {
        errors: missing.map((name) => ({ pointer: `/authentication/${name}`, detail: 'There is no secret to keep.' })),
      },
    );
  }
  if (
    kept.length > 0 &&
    (destinationChanged || method.destination?.(draft.settings) !== method.destination?.(before?.settings ?? {}))
  ) {
    throw secretRequired(
      {},
      {
        errors: kept.map((name) => ({
          pointer: `/authentication/${name}`,
          detail: 'The destination changes, so this has to be given again.',
        })),
      },
    );
  }
  const merged = { ...Object.fromEntries(kept.map((name) => [name, before?.secrets[name]])), ...draft.secrets };
  const { error } = method.secrets.safeParse(merged);
  if (error !== undefined) throw invalidRequest({}, { errors: fieldErrors(error, '/authentication') });
  return merged;
}
