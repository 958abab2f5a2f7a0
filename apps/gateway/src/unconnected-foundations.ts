import { Bus } from '@pontage/bus';
import { createLogger } from '@pontage/telemetry';
import { Addresses } from './addresses.js';
import { QueryAdmission } from './admission/admit-query.js';
import { Authentication } from './authentication/authentication.js';
import { MemberSessions } from './authentication/member-sessions.js';
import { DeniedAttempts } from './authentication/denied-attempts.js';
import type { Foundations } from './gateway.js';
import { NatsIdempotencyRecords } from './idempotency/idempotency-records.nats.js';
import { IdempotentAnswers } from './idempotency/idempotent-answers.js';
import { authenticators } from './query-operations.js';
import { AnswerMemory } from './query-path/answer/answer-memory.js';
import { CreditBudget } from './query-path/answer/credit-budget.js';
import { QueryClient } from './query-path/client/query-client.js';
import { Spool } from './query-path/request-body/spool.js';

/** What the routes stand on where nothing is connected: to list them, and to see whom they refuse by themselves. */
export function unconnectedFoundations(): Foundations {
  const logger = createLogger('gateway', 'silent');
  const nobody = { get: () => undefined, find: async () => undefined, entries: () => [], isFresh: () => true };
  const bus = Object.create(Bus.prototype) as Bus;
  const addresses = new Addresses({ PONTAGE_HTTP_HOST: '127.0.0.1' });
  const authentication = new Authentication(
    nobody,
    nobody,
    new MemberSessions(
      { members: nobody, memberSessions: nobody, organisations: nobody },
      () => addresses.ownOrigin,
      () => undefined,
    ),
    () => addresses.embedOrigin,
  );
  return {
    bus,
    addresses,
    authentication,
    logger,
    denied: new DeniedAttempts(bus, logger),
    idempotent: new IdempotentAnswers(
      Object.create(NatsIdempotencyRecords.prototype) as NatsIdempotencyRecords,
      logger,
    ),
    directory: { apps: nobody, organisations: nobody, regions: nobody, identityKeys: nobody },
    queryPath: {
      bus,
      client: Object.create(QueryClient.prototype) as QueryClient,
      budget: new CreditBudget(),
      memory: new AnswerMemory(),
      spool: new Spool(),
      admission: new QueryAdmission({ hasRoomFor: () => true }),
      organisations: nobody,
      limits: { maxBodyBytes: 0 },
      authenticate: authenticators(authentication),
    },
    isReady: () => false,
  };
}
