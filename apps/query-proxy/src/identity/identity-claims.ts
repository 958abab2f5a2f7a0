import { callerName, externalIdentifierOf, type Principal } from '@pontage/contracts';
import type { IdentityClaim } from '@pontage/contracts/resource-registry';
import { currentUser } from '../policy/current-user.js';
import type { Policy } from '../policy/policy.js';

/** Who calls, and from where in Pontage. */
export interface Identified {
  readonly policy: Policy;
  readonly org: string;
  readonly principal: Principal;
  readonly environment: string;
  readonly app: string | null;
}

/** What the chosen claims say, as the JSON text of an object; what is not known is left out. */
export function claimsJsonOf(chosen: readonly IdentityClaim[], who: Identified): string {
  const members = chosen.flatMap((claim) => {
    const text = claims[claim](who);
    return text === undefined ? [] : [`${JSON.stringify(nameOf(claim))}:${text}`];
  });
  return `{${members.join(',')}}`;
}

/** Who acts for the subject has a name that others know. @see RFC 8693, 4.1 */
const nameOf = (claim: IdentityClaim): string => (claim === 'actor' ? 'act' : claim);

const json = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));

/** Each claim as JSON text; undefined: nothing is known. */
const claims: Readonly<Record<IdentityClaim, (who: Identified) => string | undefined>> = {
  email: ({ principal }) => json(principal.type === 'external' ? principal.userInfo.email : undefined),
  name: ({ principal }) => json(nameOfUser(principal)),
  groups: ({ policy, org, principal, environment }) => {
    const { groups } = currentUser(policy, org, principal, environment) as { groups: unknown };
    return json(groups);
  },
  externalIdentifier: ({ principal }) => json(externalIdentifierOf(principal) ?? undefined),
  // Its own text: an int64 in it stays exact.
  metadata: ({ principal }) => (principal.type === 'external' ? principal.metadataJson : undefined),
  environment: ({ environment }) => json(environment),
  app: ({ app }) => json(app ?? undefined),
  actor: ({ principal }) =>
    principal.type === 'token' && principal.actsFor !== undefined
      ? json({ sub: callerName({ kind: 'token', id: principal.id }) })
      : undefined,
};

function nameOfUser(principal: Principal): string | undefined {
  if (principal.type !== 'external') return externalIdentifierOf(principal) === null ? principal.display : undefined;
  const { firstName = '', lastName = '' } = principal.userInfo;
  const name = `${firstName} ${lastName}`.trim();
  return name === '' ? undefined : name;
}
