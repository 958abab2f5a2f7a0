import { randomUUID } from 'node:crypto';
import { groupsOf, holdsScope, type Principal, type Scope } from '@pontage/contracts';
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
  /** Whose it is; null: a service's. */
  readonly memberId: string | null;
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
  draft: Pick<TokenDraft, 'name' | 'scopes'> & Partial<TokenDraft> & Partial<Pick<SavedToken, 'memberId'>>,
  hash: string,
  createdBy: string,
): SavedToken {
  return {
    description: '',
    groupIds: null,
    expiresAt: null,
    memberId: null,
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

/** Whose a token is that the principal makes: a member's are his own. */
export const ownerOf = (principal: Principal): string | null => (principal.type === 'member' ? principal.id : null);

/**
 * Nobody grants more than he has: no scope that he lacks (`admin` has all but `operator`), and no group beyond his. A
 * member's token without groups reaches what he reaches, whatever that is at the time.
 * @throws forbidden
 */
export function refuseWider(principal: Principal, { scopes, groupIds }: TokenDraft): void {
  for (const scope of scopes) {
    if (!holdsScope(principal, scope)) throw forbidden({}, { detail: `The scope ${scope} is not yours to grant.` });
  }
  if (principal.type === 'member' && principal.token === null && groupIds === null) return;
  if (!isWithin(principal, groupIds))
    throw forbidden({}, { detail: 'Whoever is restricted to groups grants these groups at most.' });
}

/** True when a token with these groups has no more than the principal's. */
export function isWithin(principal: Principal, groupIds: readonly number[] | null): boolean {
  const own = groupsOf(principal);
  return own === null || (groupIds !== null && groupIds.every((id) => own.includes(id)));
}

/** Which tokens a principal sees and ends: a member's own, or those that have his groups (null: any) at most. */
export type TokenReach = { readonly memberId: string } | { readonly groupIds: readonly number[] | null };

/** The tokens that a principal sees and ends: all for an admin, a member his own, others those within their groups. */
export function tokensWithin(principal: Principal): TokenReach {
  if (principal.type === 'member' && !holdsScope(principal, 'admin')) return { memberId: principal.id };
  return { groupIds: groupsOf(principal) };
}

/** True when the principal sees and ends this token. */
export function mayEnd(
  principal: Principal,
  token: { readonly groupIds: readonly number[] | null; readonly memberId?: string | null | undefined },
): boolean {
  const reach = tokensWithin(principal);
  return 'memberId' in reach ? token.memberId === reach.memberId : isWithin(principal, token.groupIds);
}

/** What a new token brings, for its event. */
export function changesOfToken({ name, description, scopes, groupIds, expiresAt }: TokenDraft): Change[] {
  return changesBetween({}, { name, description, scopes, groupIds, expiresAt });
}
