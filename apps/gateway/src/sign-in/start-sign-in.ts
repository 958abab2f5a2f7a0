import { startSignIn } from '@pontage/contracts/query-proxy';
import { consentRequired, isProblem, unavailable, type Problem } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { newOrganisationToken } from '../authentication/credentials.js';
import { noteSecrets } from '../authentication/note-secrets.js';
import { frameOf, type Caller } from '../query-path/caller.js';
import type { QueryPath } from '../query-path/query-path.js';
import { refuseParameters } from '../routes/no-parameters.js';
import { parsed } from '../routes/parsed.js';
import { returnTargetOf } from './return-target.js';

/** What `POST …/auth/start` takes. */
export const startBody = z.strictObject({
  /** Where the person goes in the end: a path of ours, or a URL on one of the organisation's `returnOrigins`. */
  returnTo: z.string().max(2000).optional(),
  environment: z.string().max(40).optional(),
});

/** Where a person signs in. */
export const startAnswer = z.strictObject({ url: z.url() });

interface Wanted {
  readonly resource: string;
  readonly environment?: string | undefined;
  readonly returnTo: string | null;
  /** One that was begun a moment ago and not opened does as well. */
  readonly mayReuse?: boolean;
}

/** Begins a sign-in of the caller. Returns the URL to open: whoever has it may sign in for them, once, for ten minutes. */
export async function beginSignIn(
  path: Pick<QueryPath, 'bus'>,
  request: FastifyRequest,
  caller: Caller,
  { resource, environment, returnTo, mayReuse = false }: Wanted,
): Promise<string> {
  const { baseUrl } = request.server.publicAddresses;
  const [handle, state] = [newOrganisationToken(caller.org), newOrganisationToken(caller.org)];
  // The handle is for the caller to be told: it is noted once a browser has it.
  noteSecrets(caller.org, [state]);
  if (path.bus.presence.live('query-proxy').length === 0) throw unavailable({}, { note: 'there is no query-proxy' });
  const asked = { resource, handle, state, redirectUri: `${baseUrl}/oauth/callback`, returnTo, mayReuse };
  const wanted = environment === undefined ? asked : { ...asked, environment };
  const begun = await path.bus.request(startSignIn, wanted, frameOf(caller));
  return `${baseUrl}/auth/consent/${begun.handle}`;
}

/** `POST /api/v1/resources/{id}/auth/start`. */
export async function answerStart(path: QueryPath, request: FastifyRequest): Promise<z.output<typeof startAnswer>> {
  const caller = await path.authenticate.caller(request, 'queries:run');
  refuseParameters(request);
  const { environment, ...given } = parsed(startBody, request.body ?? {});
  const returnOrigins = path.organisations.get(caller.org)?.returnOrigins ?? [];
  const returnTo = returnTargetOf(given.returnTo, request.server.publicAddresses, returnOrigins);
  const { resource } = request.params as { resource: string };
  return { url: await beginSignIn(path, request, caller, { resource, environment, returnTo }) };
}

/**
 * The problem of a query, with the way out of it: a query that finds that somebody has to sign in says where. The problem as it
 * is when that cannot be said.
 */
export async function withWayOut(
  path: Pick<QueryPath, 'bus'>,
  request: FastifyRequest,
  caller: Caller,
  problem: Problem,
): Promise<Problem> {
  if (!isProblem(problem, consentRequired)) return problem;
  const { resource, environment } = problem.facts;
  if (typeof resource !== 'string') return problem;
  try {
    const within = typeof environment === 'string' ? environment : undefined;
    const wanted = { resource, environment: within, returnTo: null, mayReuse: true };
    const authUrl = await beginSignIn(path, request, caller, wanted);
    const detail = problem.detail;
    return consentRequired({ resource, authUrl }, detail === undefined ? {} : { detail });
  } catch (error) {
    if (!isProblem(error)) throw error;
    return problem;
  }
}
