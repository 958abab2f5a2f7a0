import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { auditOf, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { beginConsent } from '@pontage/contracts/auth-broker';
import { UnitOfWork, type Work } from '@pontage/persistence';
import { refuseShared } from '../grant/grant-wishes.js';
import { ConsentStore, type BegunConsent } from './consent-store.js';
import { ConsentWays } from './consent-ways.js';

type Request = ParsedRequestOf<typeof beginConsent>;

/** Begins the sign-in of a caller. Nothing leaves for the provider before a browser opens it. */
@serves(beginConsent)
export class BeginConsent {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly consents: ConsentStore,
    private readonly ways: ConsentWays,
  ) {}

  async handle(request: Request, call: Call): Promise<ReplyOf<typeof beginConsent>> {
    const { wish } = await this.ways.of(request, call);
    refuseShared(wish, request.mayEdit);
    return this.unitOfWork.run(call.org, async (work) => {
      const begun = begunBy(request, call, wish.caller);
      const earlier = request.mayReuse ? await this.consents.unopened(work, begun) : undefined;
      if (earlier !== undefined) return { handle: earlier.secrets.handle };
      await this.consents.insert(work, begun, { handle: sha256(request.handle), state: sha256(request.state) });
      record(work, request, call);
      return { handle: request.handle };
    });
  }
}

function begunBy(request: Request, call: Call, caller: string): BegunConsent {
  const { credentialId, resourceId, resourceName, environment, region, redirectUri, returnTo, handle, state } = request;
  const secrets = { handle, state, nonce: secret(), codeVerifier: secret() };
  const about = { credentialId, resourceId, resourceName, environment, region, caller };
  return { id: randomUUID(), ...about, begunBy: { call, caller: request.caller }, redirectUri, returnTo, secrets };
}

function record(work: Work, { credentialId, resourceId, environment, region }: Request, call: Call): void {
  work.audit({
    ...auditOf(call),
    action: 'consent.begun',
    outcome: 'success',
    resource: { id: resourceId, version: null },
    region,
    data: { credentialId, environment },
  });
}

/** 256 random bits in the characters of RFC 7636, 4.1. */
const secret = (): string => randomBytes(32).toString('base64url');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
