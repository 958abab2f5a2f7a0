import { setTimeout as pause } from 'node:timers/promises';
import { adHocQuery } from '@pontage/contracts/query-proxy';
import { invalidRequest, isProblem, newSecretRejected, type Problem } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../authentication/caller.js';
import type { QueryPath } from '../query-path/query-path.js';
import { isRedirect } from './answer-verdict.js';
import { composeTest } from './compose-test.js';
import type { Stage } from './connection-test.js';
import { probeConnection } from './probe-connection.js';

/** A credential that nothing names yet, and how it is tested. */
export interface Candidate {
  readonly draftId: string;
  readonly resourceId: string;
  readonly environment: string;
  /** Below the base URL. */
  readonly path: string;
  /** The path is where the upstream tells by 2xx that it takes the credential. */
  readonly isVerified: boolean;
}

/** One server of an upstream may not have learnt a secret yet that another one knows. */
const tries = 3;
const pauseMs = 500;
const timeoutMs = 10_000;

/** Tests credentials before they are a resource's: with a request of the resource that carries them in the place of its own. */
export class CredentialTest {
  constructor(private readonly path: QueryPath) {}

  /** @throws newSecretRejected with the stage that failed; Problem what keeps the test from being made */
  async require(candidate: Candidate, request: FastifyRequest): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      const failed = await this.failedStage(candidate, request);
      if (failed === undefined) return;
      // Whatever else went wrong than a refusal is no matter of asking another server.
      if (tried === tries || failed.name !== 'authenticate') {
        const detail = `${failed.detail} The secret before stays in use.`;
        throw newSecretRejected({ stage: failed.name }, { detail });
      }
      await pause(pauseMs);
    }
  }

  private async failedStage(
    { draftId, resourceId, environment, path, isVerified }: Candidate,
    request: FastifyRequest,
  ): Promise<Stage | undefined> {
    const { call, isLive } = callerOf(request);
    const query = adHocQuery.parse({ method: 'GET', path, environment, timeoutMs });
    const run = {
      ...call,
      isLive,
      call: { kind: 'ad-hoc', resource: resourceId, query } as const,
      body: { kind: 'none' } as const,
      maxResponseBytes: 0,
      decode: false,
      cookieLine: undefined,
      test: { region: null, draftId },
    };
    const outcome = await probeConnection(this.path, request, run, 'GET');
    // The path is the caller's own.
    if (!isVerified && 'problem' in outcome.end && isAboutPath(outcome.end.problem))
      throw aboutQuery(outcome.end.problem);
    const { stages, status } = composeTest(outcome);
    const failed = stages.find(({ ok }) => !ok);
    if (failed !== undefined || status === null) return failed;
    // A redirect leads where the request was not let go, so nothing has judged the secret.
    const isUnclear =
      isRedirect(status) || ((status >= 500 || status === 429) && !stages.some(({ name }) => name === 'authenticate'));
    if (isUnclear || (isVerified && status >= 500))
      return stage('request', `The upstream answered ${status}, which does not tell whether it takes the new secret.`);
    if (isVerified && (status < 200 || status >= 300))
      return stage('authenticate', `The verification URL answered ${status}.`);
    return undefined;
  }
}

/** The path came in the query. */
const aboutQuery = ({ errors }: Problem): Problem =>
  invalidRequest({}, { errors: errors.map(({ pointer, detail }) => ({ pointer: `/query${pointer}`, detail })) });

const isAboutPath = (problem: Problem): boolean =>
  isProblem(problem, invalidRequest) && problem.errors.some(({ pointer }) => pointer === '/path');

const stage = (name: Stage['name'], detail: string): Stage => ({ name, ok: false, ms: 0, detail });
