import { FairShares } from '@pontage/admission';
import { overloaded } from '@pontage/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { writeProblem } from '../query-path/write-problem.js';
import type { Crossings } from './crossings.js';

/** So many queries a gateway has in hand at once, each with its connection, its timers and what of its bodies is here. */
const maxInHand = 2_048;
/** A caller who asks again as soon as it is refused would cost more than one who is served, and all of them at once most. */
const [refusedAfterMs, spreadMs] = [500, 500];

/** Counts the queries in hand, and refuses those that are too many before anything of their body is read. */
export class QueryAdmission {
  private readonly inHand = new FairShares(maxInHand);

  constructor(private readonly crossings: Pick<Crossings, 'hasRoomFor'>) {}

  /** Counts the query until it is answered; what is too much is refused, and goes no further. */
  admit(request: FastifyRequest, reply: FastifyReply, org: string): void {
    const claim = { org };
    if (!this.inHand.admits(claim)) return refuse(request, reply);
    this.inHand.take(claim);
    reply.raw.once('close', () => this.inHand.give(claim));
    if (this.crossings.hasRoomFor(org)) return;
    reply.hijack();
    const refusal = setTimeout(() => refuse(request, reply), refusedAfterMs + Math.random() * spreadMs);
    reply.raw.once('close', () => clearTimeout(refusal));
  }
}

function refuse(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  const detail = 'The organisation asks too much at once. Nothing was sent.';
  writeProblem(request, reply, overloaded({}, { detail }));
}
