import { z } from 'zod';
import type { Principal } from './principal.js';

/**
 * For whom something is obtained that is one's own, a grant for instance. An external user is known by the identifier
 * that the organisation has for them, whichever session they come with; everybody else by the id.
 */
export const caller = z.strictObject({
  kind: z.enum(['member', 'token', 'service', 'external']),
  id: z.string().min(1).max(255),
  /** For people to read. It may change, and two callers may share it. */
  display: z.string(),
});
export type Caller = z.output<typeof caller>;

/** As whom a principal has what is its own: one that acts for an external user has what is theirs. */
export function callerOf(principal: Principal): Caller {
  if (principal.type === 'external') {
    const { externalIdentifier: id, userInfo } = principal;
    return { kind: 'external', id, display: userInfo.email ?? id };
  }
  const user = externalIdentifierOf(principal);
  if (user !== null) return { kind: 'external', id: user, display: user };
  return { kind: principal.type, id: principal.id, display: principal.display };
}

/** The external user who calls, or for whom a token does; null: none. */
export function externalIdentifierOf(principal: Principal): string | null {
  if (principal.type === 'external') return principal.externalIdentifier;
  return principal.type === 'token' ? (principal.actsFor?.externalIdentifier ?? null) : null;
}

/** A name that no other caller of the organisation has. It is stored; the kind in front keeps the kinds apart. */
export const callerName = ({ kind, id }: Pick<Caller, 'kind' | 'id'>): string => `${kind}:${id}`;
