import { externalIdentifierOf, type Call, type Principal } from '@pontage/contracts';
import type { Actor, AuditDraft } from '@pontage/contracts/events';

/** The principal in an audit event's words. */
export function actorOf(principal: Principal): Actor {
  if (principal.type === 'external')
    return { type: 'external', id: principal.id, display: principal.externalIdentifier };
  return { type: principal.type, id: principal.id, display: principal.display };
}

/** What an audit event takes from the call that caused it. */
export function auditOf(
  call: Call,
): Pick<AuditDraft, 'org' | 'actor' | 'externalIdentifier' | 'requestId' | 'ip' | 'userAgent'> {
  const { org, principal, requestId, ip, userAgent } = call;
  return {
    org,
    actor: actorOf(principal),
    externalIdentifier: externalIdentifierOf(principal),
    requestId,
    ip: ip ?? null,
    userAgent: userAgent ?? null,
  };
}
