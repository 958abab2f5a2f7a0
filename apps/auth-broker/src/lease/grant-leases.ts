import type { AuthMethod, Credential } from '@pontage/auth-methods';
import type { Call } from '@pontage/contracts';
import type { Lease } from '@pontage/contracts/auth-broker';
import { type GrantKeeper } from '../grant/grant-keeper.js';
import { type GrantUse, type GrantWishes } from '../grant/grant-wishes.js';
import { type GrantUses } from '../timeline/grant-uses.js';

/** A lease that somebody asks for, on a credential whose method acquires grants. */
export interface GrantLeaseRequest extends GrantUse {
  /** False: only a grant that is there already is lent. */
  readonly acquire: boolean;
}

/** A query that comes in the next moment acquires the grant. */
const lacksForMs = 1;

/** Leases on grants: lends the grant that belongs to a credential, an environment and perhaps a caller, without the credential's secrets. */
export class GrantLeases {
  constructor(
    private readonly wishes: GrantWishes,
    private readonly keeper: GrantKeeper,
    private readonly uses: GrantUses,
  ) {}

  /** @throws Problem as the contract of a lease declares them */
  async lease(method: AuthMethod, stored: Credential, request: GrantLeaseRequest, call: Call): Promise<Lease> {
    const wish = await this.wishes.of(method, stored, request, call);
    const lent = request.acquire ? await this.keeper.current(wish) : await this.keeper.held(wish);
    const leased = {
      method: method.id,
      settings: wish.credential.settings as Lease['settings'],
      secrets: {},
      variables: wish.variables,
      serves: wish.owner === undefined ? ('everyone' as const) : ('caller' as const),
    };
    if (lent === undefined) return { ...leased, grant: null, lacksGrant: true, validForMs: lacksForMs };
    const { version, value, expiresInMs, validForMs } = lent;
    if (request.acquire) await this.uses.note(wish, version);
    const lends = method.lends?.(value) ?? value;
    const grant = { version, value: lends as NonNullable<Lease['grant']>['value'], expiresInMs };
    return { ...leased, grant, validForMs };
  }
}
