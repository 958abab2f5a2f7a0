import { forbidden } from '@pontage/problems';
import { z } from 'zod';

/** Every scope a token may carry; an unknown one is refused (API.md, Conventions). */
export const scopes = [
  'resources:read',
  'resources:write',
  'queries:run',
  'apps:read',
  'apps:write',
  'apps:embed',
  'groups:read',
  'groups:write',
  'members:read',
  'members:write',
  'config:read',
  'config:write',
  'tokens:read',
  'tokens:write',
  'sessions:read',
  'sessions:write',
  'users:act',
  'webhooks:read',
  'webhooks:write',
  'audit:read',
  'audit:write',
  'regions:read',
  'regions:write',
  'organisation:read',
  'organisation:write',
  'admin',
  'operator',
] as const;
export const scope = z.enum(scopes);
export type Scope = z.infer<typeof scope>;

/** What an external user may be called by. */
export const userInfo = z.strictObject({
  email: z.string().max(320).optional(),
  firstName: z.string().max(200).optional(),
  lastName: z.string().max(200).optional(),
});
export type UserInfo = z.infer<typeof userInfo>;

/** What an organisation calls one of its external users: the same text is the same user, however it came to us. */
export const externalIdentifier = z
  .string()
  .min(1)
  .max(255)
  // A control character would end up in logs and lists, and names nobody.
  // eslint-disable-next-line no-control-regex -- the control characters are what must not get in
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'Control characters are not allowed here.');

/** A backend or an operator with an API token. `groupIds` null: not restricted to groups. */
export const tokenPrincipal = z.strictObject({
  type: z.literal('token'),
  id: z.uuid(),
  display: z.string(),
  scopes: z.array(scope),
  groupIds: z.array(z.int()).nullable(),
  /** The external user whom the caller acts for: what may be done stays the token's, what is one's own is theirs. */
  actsFor: z.strictObject({ externalIdentifier }).optional(),
});

/**
 * A person of the organisation, by a session at the gateway or by a token of his. Scopes and groups are what he has now; a
 * token of his narrows them. `groupIds` null: not restricted to groups.
 */
export const memberPrincipal = z.strictObject({
  type: z.literal('member'),
  id: z.uuid(),
  display: z.string(),
  email: z.string(),
  scopes: z.array(scope),
  groupIds: z.array(z.int()).nullable(),
  /** True for whoever is in no group where the organisation lets such members edit its resources. */
  openResources: z.boolean(),
  /** The API token that he comes with; null: his session. */
  token: z.uuid().nullable(),
});

/** An external user inside an embed session. */
export const externalPrincipal = z.strictObject({
  type: z.literal('external'),
  /** The embed session's id. */
  id: z.uuid(),
  externalIdentifier: z.string(),
  app: z.uuid(),
  groupIds: z.array(z.int()),
  environment: z.string(),
  userInfo,
  /** JSON text, so that an int64 stays exact. */
  metadataJson: z.string(),
});

/** Pontage itself: the launcher's seed, a sweep, a migration. */
export const servicePrincipal = z.strictObject({ type: z.literal('service'), id: z.string(), display: z.string() });

/** Who is calling us. */
export const principal = z.discriminatedUnion('type', [
  tokenPrincipal,
  memberPrincipal,
  externalPrincipal,
  servicePrincipal,
]);
export type Principal = z.infer<typeof principal>;
export type TokenPrincipal = z.infer<typeof tokenPrincipal>;
export type MemberPrincipal = z.infer<typeof memberPrincipal>;
export type ExternalPrincipal = z.infer<typeof externalPrincipal>;

/** The frame around each call: for which organisation, by whom, and what an audit event needs to know of the caller. */
export const call = z.strictObject({
  org: z.uuid(),
  principal,
  requestId: z.string().max(200),
  ip: z.string().optional(),
  userAgent: z.string().optional(),
});
export type Call = z.infer<typeof call>;

/** Regions are of the whole installation: what is done to one is done to every organisation. */
const ofInstallation: ReadonlySet<Scope> = new Set(['operator', 'regions:write']);

/** True when the principal's scopes hold `needed`; `admin` holds all of one organisation's, `operator` the installation's. */
export function holdsScope(principal: Principal, needed: Scope): boolean {
  if (principal.type === 'service') return true;
  if (principal.type === 'external') return false;
  return (
    principal.scopes.includes(needed) || principal.scopes.includes(ofInstallation.has(needed) ? 'operator' : 'admin')
  );
}

/** The groups that a principal is restricted to; null: not at all. An external user is in none of the organisation's. */
export function groupsOf(principal: Principal): readonly number[] | null {
  switch (principal.type) {
    case 'service':
      return null;
    case 'external':
      return [];
    case 'token':
    case 'member':
      return principal.groupIds;
  }
}

/**
 * Refuses what is of the whole organisation to whoever is restricted to groups.
 * @throws forbidden
 */
export function requireWholeOrganisation(principal: Principal, what: string): void {
  if (groupsOf(principal) === null) return;
  throw forbidden({}, { detail: `${what} of the whole organisation, and you are restricted to groups.` });
}
