import 'reflect-metadata';
import { Bus } from '@pontage/bus';
import {
  checkSignIn,
  endSignIn,
  listSignInEvents,
  listSignIns,
  previewQuery,
  startSignIn,
} from '@pontage/contracts/query-proxy';
import { rotations } from '@pontage/contracts/snapshots';
import { Dispatcher } from '@pontage/dispatch';
import { SnapshotWatch } from '@pontage/snapshots';
import { destinationsOf, guardOutbound, runService, serveHealth } from '@pontage/telemetry';
import { AnswerCache } from './cache/answer-cache.js';
import { AuditGate } from './audit/audit-gate.js';
import { ChallengeMemory } from './credential/challenge-memory.js';
import { LeaseCache } from './credential/lease-cache.js';
import { SealedValueCache } from './credential/sealed-value-cache.js';
import { QueryIntake } from './execution/query-intake.js';
import { UnderWay } from './execution/under-way.js';
import { IdentityTokens } from './identity/identity-tokens.js';
import { Policy } from './policy/policy.js';
import { ResourceLimits } from './policy/resource-limits.js';
import { Breakers } from './pressure/breakers.js';
import { Pressure } from './pressure/pressure.js';
import { PreviewQuery } from './preview/preview-query.js';
import { Rotations } from './rotation/rotations.js';
import { SignIns } from './sign-in/sign-ins.js';
import { querySettings } from './settings.js';
import { SecretVariableCache } from './variable/secret-variable-cache.js';
import { productVersion } from './version.js';

// No Nest here: the query path has no framework layer on it, and a single contract needs none.
runService('query-proxy', async ({ logger, onStop }) => {
  const settings = querySettings();
  guardOutbound(destinationsOf(settings.PONTAGE_NATS_URL, 4222));
  const bus = await Bus.connect({
    service: 'query-proxy',
    url: settings.PONTAGE_NATS_URL,
    password: settings.PONTAGE_NATS_PASSWORD,
    logger,
    version: productVersion,
  });
  onStop(() => bus.drain());
  const policy = await Policy.open(bus);
  onStop(() => policy.stop());
  const rotated = new Rotations(bus, await SnapshotWatch.open(bus, rotations), logger);
  onStop(() => rotated.stop());
  const rooms = {
    bus,
    policy,
    // This process counts from the start, before it has heard itself.
    limits: new ResourceLimits(() => Math.max(1, bus.presence.live('query-proxy').length)),
    pressure: new Pressure(new Breakers((breakers) => bus.presence.announce({ breakers }))),
    cache: new AnswerCache(),
    leases: new LeaseCache(bus, policy),
    rotations: rotated,
    sealedValues: new SealedValueCache(bus),
    secretVariables: new SecretVariableCache(bus),
    identities: new IdentityTokens(bus),
    gate: new AuditGate(bus),
    underWay: new UnderWay(policy),
    dispatcher: new Dispatcher(bus, policy.workers),
    memory: new ChallengeMemory(),
    logger,
  };
  const preview = new PreviewQuery(rooms);
  bus.serve(previewQuery, (asked, call) => preview.handle(asked, call));
  serveSignIns(bus, new SignIns(rooms));
  const intake = new QueryIntake(rooms, logger);
  onStop(() => intake.stop());
  const health = await serveHealth(settings, () => bus.isAlive && policy.isFresh());
  onStop(() => health.close());
  return { healthPort: health.port };
});

function serveSignIns(bus: Bus, signIns: SignIns): void {
  bus.serve(checkSignIn, (asked, call) => signIns.check(asked, call));
  bus.serve(startSignIn, (asked, call) => signIns.start(asked, call));
  bus.serve(endSignIn, (asked, call) => signIns.end(asked, call));
  bus.serve(listSignInEvents, (asked, call) => signIns.events(asked, call));
  bus.serve(listSignIns, (_, call) => signIns.list(call));
}
