import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { verifySignIn, type VerifiedSignIn } from '@pontage/contracts/auth-broker';
import type { checkSignIn } from '@pontage/contracts/query-proxy';
import { unavailable } from '@pontage/problems';
import type { Rooms } from '../execution/rooms.js';
import { secretsOfCall } from '../execution/call-secrets.js';
import { prepareResolved } from '../execution/prepare.js';
import { resolveSignIn, type ResolvedSignIn } from './resolve-sign-in.js';

type Asked = ParsedRequestOf<typeof checkSignIn>;
type Reply = ReplyOf<typeof checkSignIn>;

/**
 * The life of a query up to its lease: who may, which resource, what every request of it carries. The broker does the rest, as
 * it has the credential and the verification URL.
 */
export class CheckSignIn {
  constructor(
    private readonly rooms: Pick<
      Rooms,
      'bus' | 'policy' | 'sealedValues' | 'secretVariables' | 'identities' | 'logger'
    >,
  ) {}

  /** @throws Problem what a query would be refused for, and what keeps the broker from knowing */
  async handle(asked: Asked, call: Call): Promise<Reply> {
    const resolved = await resolveSignIn(this.rooms.policy, asked, call);
    const { canSignIn: _, ...standing } = await this.check(resolved, asked.cookieLine, call);
    return standing;
  }

  /** The same of a resource that has been found. */
  async check({ run, resolved }: ResolvedSignIn, cookieLine: string | undefined, call: Call): Promise<VerifiedSignIn> {
    const { bus, policy } = this.rooms;
    if (resolved.resource.credentialId === null) return unneeded;
    const secrets = secretsOfCall(this.rooms, call, cookieLine);
    // The policy of a resource is about what callers may ask; this request is the resource's own.
    const unbound = { ...resolved, resource: { ...resolved.resource, policy: { methods: [], paths: [] } } };
    const { request, leaseKey, tls } = await prepareResolved(policy, secrets, run, unbound, Buffer.alloc(0));
    if (leaseKey === undefined) return unneeded;
    if (bus.presence.live('auth-broker').length === 0) throw unavailable({}, { note: 'there is no auth-broker' });
    const headers = request.headers.map(([name, value]): [string, string] => [name, value]);
    return bus.request(
      verifySignIn,
      {
        ...leaseKey,
        request: { url: request.url, headers },
        timeoutMs: resolved.timeoutMs,
        ...(tls === undefined ? {} : { tls }),
        ...(cookieLine === undefined ? {} : { cookieLine }),
      },
      call,
    );
  }
}

const unneeded: VerifiedSignIn = {
  state: 'not-required',
  canSignIn: false,
  expiresAt: null,
  explain: 'Nobody has to sign in: the next query is sent without a credential.',
};
