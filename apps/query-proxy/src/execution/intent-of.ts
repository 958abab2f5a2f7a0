import { actorOf } from '@pontage/bus';
import type { QueryIntent } from '@pontage/contracts/events';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import type { Applied } from '../credential/apply-credential.js';
import { Mask } from '../preview/mask.js';
import type { Prepared } from './prepare.js';

/** What the record has to know before an attempt leaves. The target goes without its query, which may hold a credential, and without what is secret in its path. */
export function intentOf(
  run: RunQuery,
  attempt: number,
  { resolved, region, secrets, forwardedCookies: named }: Prepared,
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
    resource: { id: resolved.resource.id, version: resolved.resource.version },
    region,
    requestId: run.requestId,
    ip: run.ip ?? null,
    userAgent: run.userAgent ?? null,
    data: {
      query: resolved.queryName,
      method: request.method,
      target: secrets.urlTexts.length === 0 ? origin + pathname : new Mask(secrets.urlTexts).text(origin + pathname),
      environment: resolved.environment,
      ...(forwardedCookies.length === 0 ? {} : { forwardedCookies }),
    },
  };
}
