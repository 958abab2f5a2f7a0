import { actorOf } from '@pontage/bus';
import type { QueryIntent } from '@pontage/contracts/events';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import type { Applied } from '../credential/apply-credential.js';
import type { Prepared } from './prepare.js';

/** What the record has to know before an attempt leaves. The target goes without its query, which may hold a credential. */
export function intentOf(
  run: RunQuery,
  attempt: number,
  { resolved, region, forwardedCookies: named }: Prepared,
  { request, forwardedCookies: ofCredential }: Applied,
): QueryIntent {
  const { principal } = run;
  const forwardedCookies = [...new Set([...named, ...ofCredential])];
  const { origin, pathname } = new URL(request.url);
  return {
    executionId: run.executionId,
    attempt,
    at: new Date().toISOString(),
    org: run.org,
    actor: actorOf(principal),
    externalIdentifier: principal.type === 'external' ? principal.externalIdentifier : null,
    app: resolved.app,
    resource: run.call.kind === 'unsaved' ? null : { id: resolved.resource.id, version: resolved.resource.version },
    region,
    requestId: run.requestId,
    ip: run.ip ?? null,
    userAgent: run.userAgent ?? null,
    data: {
      query: resolved.queryName,
      method: request.method,
      target: origin + pathname,
      environment: resolved.environment,
      ...(run.test === undefined ? {} : { test: true }),
      ...(run.call.kind === 'unsaved' ? { unsaved: resolved.resource.name } : {}),
      ...(forwardedCookies.length === 0 ? {} : { forwardedCookies }),
    },
  };
}
