import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import type { Lease } from '@pontage/contracts/auth-broker';
import type { previewQuery } from '@pontage/contracts/query-proxy';
import { isProblem } from '@pontage/problems';
import { recordDenial } from '../audit/record-denial.js';
import {
  applyCredential,
  readyCredential,
  withoutCredential,
  type ReadyCredential,
} from '../credential/apply-credential.js';
import { requireIdentity } from '../identity/with-identity.js';
import { leaseName } from '../credential/lease-cache.js';
import type { Rooms } from '../execution/rooms.js';
import { secretsOfCall } from '../execution/call-secrets.js';
import { prepare, type CallSecrets, type Prepared } from '../execution/prepare.js';
import type { AskedCall } from '../call/resolve-call.js';
import { openForLease } from '../variable/open-for-lease.js';
import { showRequest } from './show-request.js';

type Asked = ParsedRequestOf<typeof previewQuery>;

/** The life of a query up to its dispatch, which does not follow: no intent, for nothing leaves, and nothing is remembered. */
export class PreviewQuery {
  constructor(
    private readonly rooms: Pick<
      Rooms,
      'bus' | 'policy' | 'leases' | 'sealedValues' | 'secretVariables' | 'identities' | 'memory' | 'logger'
    >,
  ) {}

  /** @throws Problem what a query would be refused for before it is sent */
  async handle(asked: Asked, call: Call): Promise<ReplyOf<typeof previewQuery>> {
    const { resource, query, pulledBytes, pulledHashes: hashes } = asked;
    const { org, principal } = call;
    const run: AskedCall = {
      org,
      principal,
      call: { kind: 'ad-hoc', resource, query },
      body: pulledBytes === null ? { kind: 'none' } : { kind: 'pulled', bytes: pulledBytes, ...(hashes && { hashes }) },
    };
    try {
      return await this.preview(run, asked, call);
    } catch (error) {
      if (isProblem(error)) await recordDenial(this.rooms, { asked: run.call, call, isPreview: true }, error);
      throw error;
    }
  }

  private async preview(run: AskedCall, { cookieLine, pulledBytes }: Asked, call: Call) {
    const { policy, leases } = this.rooms;
    let sealed = {};
    const opened = secretsOfCall(this.rooms, call, cookieLine);
    const secrets: CallSecrets = { ...opened, sealed: async (...of) => (sealed = await opened.sealed(...of)) };
    const prepared = await prepare(policy, secrets, run, Buffer.alloc(0));
    const key = prepared.leaseKey;
    const lease = key === undefined ? undefined : await leases.held(key, call);
    await openForLease(prepared, lease);
    const ready = lease === undefined ? undefined : readyCredential(lease, prepared.scope);
    const applied = this.apply(prepared, lease, ready, cookieLine);
    requireIdentity(prepared.identity, applied.request);
    return showRequest({ prepared, applied, lease, ready, sealed, pulledBytes });
  }

  private apply(
    { request, leaseKey }: Prepared,
    lease: Lease | undefined,
    ready: ReadyCredential | undefined,
    cookieLine: string | undefined,
  ) {
    if (ready === undefined || leaseKey === undefined || lease === undefined || lease.lacksGrant === true)
      return withoutCredential(request);
    const credential = leaseName(leaseKey, lease.serves);
    const memory = this.rooms.memory.recall({ credential, url: request.url });
    return applyCredential(request, ready, memory, () => cookieLine);
  }
}
