import { callerOf, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { beginConsent, forgetCallersGrant, listGrantEvents } from '@pontage/contracts/auth-broker';
import { adHocQuery } from '@pontage/contracts/query-proxy';
import type {
  checkSignIn,
  endSignIn,
  listSignInEvents,
  listSignIns,
  startSignIn,
} from '@pontage/contracts/query-proxy';
import { invalidRequest, isProblem, unavailable } from '@pontage/problems';
import { recordDenial } from '../audit/record-denial.js';
import type { LeaseKey } from '../credential/lease-cache.js';
import { regionOf } from '../execution/prepare.js';
import type { Rooms } from '../execution/rooms.js';
import { mayEdit } from '../policy/authorise.js';
import { CheckSignIn } from './check-sign-in.js';
import { resolveSignIn, resourcesOfApp, type AskedSignIn } from './resolve-sign-in.js';

/** An app that asks of more resources shows the others' need when a query meets it. */
const maxListed = 50;

/** What a sign-in is for, and whether whoever asks may change it for everybody. */
interface Target {
  readonly key: LeaseKey;
  readonly name: string;
  readonly mayEdit: boolean;
}

/** How callers sign in to the upstreams of resources that they may use. What is denied is on record. */
export class SignIns {
  private readonly checking: CheckSignIn;

  constructor(
    private readonly rooms: Pick<
      Rooms,
      'bus' | 'policy' | 'sealedValues' | 'secretVariables' | 'identities' | 'logger'
    >,
  ) {
    this.checking = new CheckSignIn(rooms);
  }

  /** Tells how the caller stands. */
  check(asked: ParsedRequestOf<typeof checkSignIn>, call: Call): Promise<ReplyOf<typeof checkSignIn>> {
    return this.recorded(asked, call, () => this.checking.handle(asked, call));
  }

  /** Begins a sign-in. @throws invalidRequest when there is nothing to sign in to */
  start(asked: ParsedRequestOf<typeof startSignIn>, call: Call): Promise<ReplyOf<typeof startSignIn>> {
    const begin = async () => {
      const { key, name, mayEdit } = await this.targetOf(asked, call);
      const { resource: _resource, environment: _environment, ...given } = asked;
      return this.rooms.bus.request(beginConsent, { ...key, ...given, mayEdit, resourceName: name }, call);
    };
    // Nobody has asked for the way out that a refused query is told: that there is none is no denial.
    return asked.mayReuse === true ? begin() : this.recorded(asked, call, begin);
  }

  /** Forgets what the caller's sign-in has brought. */
  end(asked: ParsedRequestOf<typeof endSignIn>, call: Call): Promise<ReplyOf<typeof endSignIn>> {
    return this.recorded(asked, call, async () => {
      const { key, mayEdit } = await this.targetOf(asked, call);
      return this.rooms.bus.request(forgetCallersGrant, { ...key, mayEdit }, call);
    });
  }

  /** Lists what happened to the caller's grant. */
  events(asked: ParsedRequestOf<typeof listSignInEvents>, call: Call): Promise<ReplyOf<typeof listSignInEvents>> {
    return this.recorded(asked, call, async () => {
      const { key } = await this.targetOf(asked, call);
      const { resource: _resource, environment: _environment, ...page } = asked;
      return this.rooms.bus.request(listGrantEvents, { ...key, ...page }, call);
    });
  }

  /** Lists how an external user stands with the resources of their app that people sign in to. */
  async list(call: Call): Promise<ReplyOf<typeof listSignIns>> {
    const { policy } = this.rooms;
    const { principal } = call;
    if (principal.type !== 'external') throw invalidRequest({}, { detail: 'Only an embed session has an app.' });
    const ids = [...resourcesOfApp(policy, call.org, principal)].slice(0, maxListed);
    const all = await Promise.all(
      ids.map(async (id) => {
        const resolved = await resolveSignIn(policy, { resource: id }, call);
        const found = await this.checking.check(resolved, undefined, call);
        return { id, name: resolved.resolved.resource.name, ...found };
      }),
    );
    return { data: all.filter(({ state }) => state !== 'not-required') };
  }

  private async targetOf(asked: AskedSignIn, call: Call): Promise<Target> {
    const { bus, policy } = this.rooms;
    const { run, resolved } = await resolveSignIn(policy, asked, call);
    const { credentialId, id: resourceId, name } = resolved.resource;
    if (credentialId === null)
      throw invalidRequest({}, { detail: 'Nobody has to sign in: this resource has no credential.' });
    if (bus.presence.live('auth-broker').length === 0) throw unavailable({}, { note: 'there is no auth-broker' });
    const region = regionOf(policy, run, resolved);
    const { environment } = resolved;
    return {
      key: { credentialId, resourceId, region, environment, caller: callerOf(call.principal) },
      name,
      mayEdit: mayEdit(policy, call.org, call.principal, resolved.resource),
    };
  }

  private async recorded<T>({ resource }: AskedSignIn, call: Call, answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      const asked = { kind: 'ad-hoc', resource, query: adHocQuery.parse({}) } as const;
      if (isProblem(error)) await recordDenial(this.rooms, { asked, call, isSignInCheck: true }, error);
      throw error;
    }
  }
}
