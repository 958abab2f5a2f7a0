import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { call as callSchema, subjectOf, type Call, type RequestContract } from '@pontage/contracts';
import { inboxPrefix } from '@pontage/contracts/permissions';
import { asProblem, internal, invalidFields, invalidRequest, isProblem, type Problem } from '@pontage/problems';
import type { SealedChannels } from '@pontage/sealing';
import { outboundScan, type Logger } from '@pontage/telemetry';
import { z } from 'zod';
import type { ProcessIdentity } from './bus.js';
import { isInboxOf, sealerOf } from './frames/sealed.js';
import type { Presence } from './presence.js';

/** Answers one contract: gets the parsed request and the call around it, returns the reply or throws a problem. */
export type Handler<I, O> = (input: I, call: Call) => Promise<O>;

interface Server {
  readonly connection: NatsConnection;
  readonly identity: ProcessIdentity;
  readonly presence: Presence;
  readonly channels: SealedChannels;
  readonly logger: Logger;
}

/** A contract that is being served. */
export interface Served {
  /** Takes no more calls; returns when those in hand have been answered. */
  drain(): Promise<void>;
}

const envelope = z.object({ call: callSchema, input: z.unknown() });

/**
 * Serves one contract on this connection. A request that names an inbox of somebody who may not call it is not
 * answered at all: the reply would be published by us, with our rights.
 */
export function serveContract(server: Server, contract: RequestContract, handler: Handler<unknown, unknown>): Served {
  const { connection, identity } = server;
  const inHand = new Set<Promise<void>>();
  const take = (message: Msg): void => {
    const answering = answer(server, contract, handler, message).finally(() => inHand.delete(answering));
    inHand.add(answering);
  };
  const subject = subjectOf(contract.subject, contract.sealed ? { instance: identity.instance } : {});
  const subscription = connection.subscribe(subject, {
    ...(contract.sealed ? {} : { queue: contract.service }),
    callback: (error, message) => {
      if (error === null && mayAsk(contract, message.reply)) take(message);
      else
        server.logger.warn(
          { subject, reply: message.reply },
          'a call whose reply does not belong to a declared caller',
        );
    },
  });
  return {
    drain: async () => {
      if (!connection.isClosed()) await subscription.drain();
      while (inHand.size > 0) await Promise.all(inHand);
    },
  };
}

function mayAsk(contract: RequestContract, reply: string | undefined): reply is string {
  return reply !== undefined && contract.callers.some((service) => reply.startsWith(`${inboxPrefix(service)}.`));
}

async function answer(
  server: Server,
  contract: RequestContract,
  handler: Handler<unknown, unknown>,
  message: Msg,
): Promise<void> {
  const reply = message.reply ?? '';
  const opened = await open(server, contract, message);
  if (opened === undefined) return;
  let org: string | undefined;
  const outcome = await run(contract, handler, opened.plain, (call) => (org = call.org)).then(
    // What is sealed is for one reader, who may be meant to have a secret.
    (value) => ({ reply: contract.sealed || org === undefined ? value : outboundScan.answer(value, org) }),
    (error: unknown) => ({ problem: outboundScan.problem(declared(server, contract, error), org) }),
  );
  const head = headers();
  if ('problem' in outcome) {
    head.set('Nats-Service-Error', outcome.problem.slug);
    head.set('Nats-Service-Error-Code', outcome.problem.definition.kind);
  }
  const plain = Buffer.from(JSON.stringify('problem' in outcome ? { problem: outcome.problem.toWire() } : outcome));
  const data = opened.sealFor === undefined ? plain : opened.sealFor(plain);
  if (!server.connection.isClosed()) server.connection.publish(reply, data, { headers: head });
}

interface Opened {
  readonly plain: Uint8Array;
  /** Seals the reply for the caller, when the contract is sealed. */
  readonly sealFor: ((plain: Uint8Array) => Uint8Array) | undefined;
}

async function open(server: Server, contract: RequestContract, message: Msg): Promise<Opened | undefined> {
  if (!contract.sealed) return { plain: message.data, sealFor: undefined };
  const { channels, presence } = server;
  try {
    const peer = await sealerOf(presence, message.data);
    const { plain, from } = channels.open(message.data, message.subject);
    const reply = message.reply ?? '';
    // Whoever sealed the request reads the answer: nobody has it sent to another process.
    if (peer === undefined || !isInboxOf(from, reply)) return undefined;
    return { plain, sealFor: (answer) => channels.seal(peer, answer, reply) };
  } catch (error) {
    server.logger.warn({ err: error, subject: message.subject }, 'a sealed call that cannot be opened');
    return undefined;
  }
}

async function run(
  contract: RequestContract,
  handler: Handler<unknown, unknown>,
  plain: Uint8Array,
  hear: (call: Call) => void,
): Promise<unknown> {
  const { call, input } = readEnvelope(plain);
  hear(call);
  const parsed = contract.request.safeParse(input);
  if (!parsed.success) throw invalidFields(parsed.error);
  const reply = await handler(parsed.data, call);
  const checked = contract.reply.safeParse(reply);
  if (!checked.success)
    throw internal({}, { cause: checked.error, note: `the reply of ${contract.subject} breaks its contract` });
  return checked.data;
}

function readEnvelope(plain: Uint8Array): z.infer<typeof envelope> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(plain).toString());
  } catch (cause) {
    throw invalidRequest({}, { cause, detail: 'Not JSON.' });
  }
  const parsed = envelope.safeParse(value);
  if (!parsed.success) throw invalidFields(parsed.error);
  return parsed.data;
}

/** Problems that every contract may answer, besides its own. */
const always = new Set(['invalid-request', 'internal', 'unavailable', 'audit-unavailable']);

/** A declared problem as it is; anything else is a bug of ours, logged here and `internal` outside. */
function declared(server: Server, contract: RequestContract, error: unknown): Problem {
  if (isProblem(error) && (always.has(error.slug) || contract.problems.some(({ slug }) => slug === error.slug))) {
    if (error.note !== undefined || error.cause !== undefined)
      server.logger.info({ err: error, subject: contract.subject }, error.slug);
    return error;
  }
  server.logger.error(
    { err: error, subject: contract.subject },
    isProblem(error) ? 'a problem that the contract does not declare' : 'a handler failed',
  );
  return isProblem(error) ? internal({}, { cause: error }) : asProblem(error);
}
