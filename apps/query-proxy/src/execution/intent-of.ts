import { actorOf } from '@pontage/bus';
import { externalIdentifierOf } from '@pontage/contracts';
import type { QueryIntent } from '@pontage/contracts/events';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import { outboundScan } from '@pontage/telemetry';
import type { Applied } from '../credential/apply-credential.js';
import { Mask } from '../preview/mask.js';
import type { Prepared } from './prepare.js';

/**
 * What the record has to know before an attempt leaves. The target goes without its query, which may hold a credential;
 * one that stands in the path, or that the caller wrote into the user agent, is masked.
 */
export function intentOf(
  run: RunQuery,
  attempt: number,
  { resolved, region, forwardedCookies: named, secrets }: Prepared,
  { request, forwardedCookies: ofCredential, injected }: Applied,
): QueryIntent {
  const { principal } = run;
  const forwardedCookies =
    named.length + ofCredential.length === 0 ? undefined : [...new Set([...named, ...ofCredential])];
  const own = secrets.texts.length === 0 ? injected : [...injected, ...secrets.texts];
  // A secret that belongs into the path is no exposure.
  const withoutUrlSecrets = (text: string): string =>
    secrets.urlTexts.length === 0 ? text : new Mask(secrets.urlTexts).text(text);
  const shown = (text: string, field: string): string => outboundScan.queryText(text, field, run.org, own);
  return {
    executionId: run.executionId,
    attempt,
    at: new Date().toISOString(),
    org: run.org,
    actor: actorOf(principal),
    externalIdentifier: externalIdentifierOf(principal),
    app: resolved.app,
    resource: run.call.kind === 'unsaved' ? null : { id: resolved.resource.id, version: resolved.resource.version },
    region,
    requestId: run.requestId,
    ip: run.ip ?? null,
    userAgent: run.userAgent === undefined ? null : shown(run.userAgent, 'userAgent'),
    data: {
      query: resolved.queryName,
      method: request.method,
      target: shown(withoutUrlSecrets(targetOf(request.url)), 'data.target'),
      environment: resolved.environment,
      test: run.test === undefined ? undefined : true,
      unsaved: run.call.kind === 'unsaved' ? resolved.resource.name : undefined,
      forwardedCookies,
    },
  };
}

/** Origin and path. A URL that may name a user before its host is parsed; of every other one they are what stands before its query. */
function targetOf(url: string): string {
  const end = url.search(/[?#]/);
  const target = end === -1 ? url : url.slice(0, end);
  if (!target.includes('@')) return target;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
