import type { Call, ExternalPrincipal, Principal } from '@pontage/contracts';
import type { AuditDraft } from '@pontage/contracts/events';
import { unauthenticated } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';

/** Who a request comes from, once that is known, and the frame of the calls that it causes. */
export interface Caller<P extends Principal = Principal> {
  readonly principal: P;
  readonly call: Call;
  /** False once the token or session has been revoked or has run out. */
  readonly isLive: () => boolean;
}

/** An external user in an embed session. */
export interface EmbedCaller extends Caller<ExternalPrincipal> {
  /** RFC 3339: when the session ends. */
  readonly expiresAt: string;
}

/** Whose denial it is. */
export type Blamed = Pick<AuditDraft, 'org' | 'actor' | 'externalIdentifier' | 'requestId' | 'ip' | 'userAgent'>;

/** The frame of calls by this principal on behalf of this request. */
export function callOf(request: FastifyRequest, org: string, principal: Principal): Call {
  const userAgent = request.headers['user-agent'];
  return {
    org,
    principal,
    requestId: request.id,
    ip: request.ip,
    userAgent: userAgent?.slice(0, 500),
  };
}

/**
 * The caller that a guard let in.
 * @throws Problem `unauthenticated` when none has: a route that forgot its guard denies everybody
 */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw unauthenticated({}, { note: 'no guard let this request in' });
  return request.caller;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a guard when it lets a request in. */
    caller?: Caller;
    /** Set when it is known who, or which organisation, a refusal concerns although no guard let the request in. */
    refused?: Blamed;
    /** Set where another service records what is denied from here on. */
    recordedElsewhere?: boolean;
  }
}
