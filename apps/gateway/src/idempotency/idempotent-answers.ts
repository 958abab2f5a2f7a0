import { createHash } from 'node:crypto';
import {
  idempotencyAnswerGone,
  idempotencyInProgress,
  idempotencyKeyReused,
  invalidRequest,
  unauthenticated,
  unavailable,
} from '@pontage/problems';
import type { Logger } from '@pontage/telemetry';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../authentication/caller.js';
import { bearerOf, memberTokenOf } from '../authentication/credentials.js';
import type { Operation } from '../routes/operation.js';
import { AnswerSeal } from './answer-seal.js';
import type { IdempotencyRecords } from './idempotency-records.js';

/** An answer's body, and whether it was given before. */
export interface Answer {
  readonly body: unknown;
  readonly replayed: boolean;
}

/** How long a key stays taken by a request of which nothing more is heard: its gateway died. Longer than any call may take. */
const pendingMs = 60_000;
const maxTries = 3;

const record = z.discriminatedUnion('state', [
  /** Somebody is at it. */
  z.object({ state: z.literal('pending'), fingerprint: z.string(), until: z.number() }),
  /** It was refused, and nothing was changed: the key may be used again. */
  z.object({ state: z.literal('free') }),
  /** It was answered; without `sealed` the answer held a secret and lies apart. */
  z.object({ state: z.literal('answered'), fingerprint: z.string(), sealed: z.string().optional() }),
]);
type Record = z.infer<typeof record>;

/** One request that carries an idempotency key. */
interface Attempt {
  readonly key: string;
  readonly fingerprint: string;
  readonly seal: AnswerSeal;
}

/**
 * Gives a repeated request the answer of the first one instead of doing it again. A request that was refused with a
 * problem leaves its key free.
 */
export class IdempotentAnswers {
  constructor(
    private readonly records: IdempotencyRecords,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Runs the request, or answers as before when its key has been used.
   * @throws Problem `idempotency-key-reused`, `idempotency-in-progress`, `idempotency-answer-gone`
   */
  async answer(request: FastifyRequest, described: Operation, run: () => Promise<unknown>): Promise<Answer> {
    const attempt = described.idempotency === 'none' ? undefined : attemptOf(request);
    if (attempt === undefined) return { body: await run(), replayed: false };
    const claim = await this.claim(attempt);
    if ('body' in claim) return claim;
    let body: unknown;
    try {
      body = await run();
    } catch (error) {
      await this.leave(attempt, { state: 'free' }, claim.revision);
      throw error;
    }
    await this.keep(attempt, described, body, claim.revision);
    return { body, replayed: false };
  }

  private async claim(attempt: Attempt): Promise<Answer | { revision: number }> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const kept = await this.ask(() => this.records.find(attempt.key));
      const known = kept?.text === undefined ? undefined : record.parse(JSON.parse(kept.text));
      const answer = await this.known(attempt, known);
      if (answer !== undefined) return answer;
      const pending: Record = { state: 'pending', fingerprint: attempt.fingerprint, until: this.now() + pendingMs };
      const revision = await this.ask(() =>
        this.records.write(attempt.key, JSON.stringify(pending), kept?.revision ?? 0),
      );
      if (revision !== undefined) return { revision };
    }
    throw idempotencyInProgress({});
  }

  /** The answer that is known, or undefined when the key is free to be claimed. */
  private async known(attempt: Attempt, known: Record | undefined): Promise<Answer | undefined> {
    if (known === undefined || known.state === 'free') return undefined;
    if (known.fingerprint !== attempt.fingerprint) throw idempotencyKeyReused({});
    if (known.state === 'pending') {
      if (known.until > this.now()) throw idempotencyInProgress({});
      return undefined;
    }
    const sealed = known.sealed ?? (await this.ask(() => this.records.findSecret(attempt.key)));
    if (sealed === undefined) throw idempotencyAnswerGone({});
    return { body: JSON.parse(attempt.seal.open(sealed, attempt.key)) as unknown, replayed: true };
  }

  private async keep(attempt: Attempt, described: Operation, body: unknown, revision: number): Promise<void> {
    const sealed = attempt.seal.seal(JSON.stringify(body ?? null), attempt.key);
    const { fingerprint, key } = attempt;
    const secret = described.idempotency === 'secret';
    if (secret) await this.tell(() => this.records.keepSecret(key, sealed));
    await this.leave(attempt, { state: 'answered', fingerprint, ...(secret ? {} : { sealed }) }, revision);
  }

  private leave(attempt: Attempt, left: Record, revision: number): Promise<void> {
    return this.tell(() => this.records.write(attempt.key, JSON.stringify(left), revision));
  }

  /** Before anything is done, a store that is out of reach is a reason not to do it. */
  private async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (cause) {
      throw unavailable({}, { detail: 'Idempotency keys cannot be kept right now.', cause });
    }
  }

  /** Once it is done, it is done: the caller is told so even if the answer cannot be kept. */
  private async tell(word: () => Promise<unknown>): Promise<void> {
    try {
      await word();
    } catch (error) {
      this.logger.warn({ err: error }, 'an answer could not be kept for its idempotency key');
    }
  }
}

function attemptOf(request: FastifyRequest): Attempt | undefined {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(given)) {
    throw invalidRequest(
      {},
      { errors: [{ pointer: '/headers/Idempotency-Key', detail: 'A key is 1 to 200 visible ASCII characters.' }] },
    );
  }
  const token = bearerOf(request) ?? memberTokenOf(request);
  if (token === undefined) throw unauthenticated({});
  const { call, principal } = callerOf(request);
  const seal = new AnswerSeal(token);
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  return {
    key: `${call.org}.${createHash('sha256').update(`${principal.id} ${given}`).digest('hex')}`,
    fingerprint: seal.fingerprint(request.method, request.url, body),
    seal,
  };
}
