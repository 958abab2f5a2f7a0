import { randomUUID } from 'node:crypto';
import { holdsScope, type Principal, type Scope } from '@pontage/contracts';
import { forbidden } from '@pontage/problems';
import { changesBetween, type Change } from '../call/changes.js';

/** What is chosen about an API token. */
export interface TokenDraft {
  readonly name: string;
  readonly description: string;
  readonly scopes: readonly Scope[];
  /** Null: not restricted to groups. */
  readonly groupIds: readonly number[] | null;
  readonly expiresAt: string | null;
}

/** An API token as it is kept: by the SHA-256 (hex) of its value, never with it. */
export interface SavedToken extends TokenDraft {
  readonly id: string;
  readonly hash: string;
  /** True for the admin token that the installation was started with. */
  readonly bootstrapped: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt: string | null;
}

/** The version of a token that somebody revoked: the last one, so that nothing written later brings it back. */
export const revokedForGood = 2_147_483_647;

/** A token that was just made. */
export function newToken(
  draft: Pick<TokenDraft, 'name' | 'scopes'> & Partial<TokenDraft>,
  hash: string,
  createdBy: string,
): SavedToken {
  return {
    description: '',
    groupIds: null,
    expiresAt: null,
    ...draft,
    id: randomUUID(),
    hash,
    bootstrapped: false,
    version: 1,
    createdAt: new Date().toISOString(),
    createdBy,
    revokedAt: null,
  };
}

/**
 * Nobody grants more than he has: no scope that he lacks (`admin` has all but `operator`), and no group beyond his.
 * @throws forbidden
 */
export function refuseWider(principal: Principal, { scopes, groupIds }: TokenDraft): void {
  for (const scope of scopes) {
    if (!holdsScope(principal, scope)) throw forbidden({}, { detail: `The scope ${scope} is not yours to grant.` });
  }
  if (!isWithin(principal, groupIds))
    throw forbidden({}, { detail: 'A token that is restricted to groups grants these groups at most.' });
}

/** True when a token with these groups has no more than the principal's. */
export function isWithin(principal: Principal, groupIds: readonly number[] | null): boolean {
  const own = groupsOf(principal);
  return own === null || (groupIds !== null && groupIds.every((id) => own.includes(id)));
}

/** The groups that a principal is restricted to; null: not at all. An external user has no tokens to do with. */
export function groupsOf(principal: Principal): readonly number[] | null {
  if (principal.type === 'external') return [];
  return principal.type === 'token' ? principal.groupIds : null;
}

/** What a new token brings, for its event. */
export function changesOfToken({ name, description, scopes, groupIds, expiresAt }: TokenDraft): Change[] {
  return changesBetween({}, { name, description, scopes, groupIds, expiresAt });
}
