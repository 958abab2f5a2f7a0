import { networkInterfaces } from 'node:os';
import { Bus } from '@pontage/bus';
import { readSettings } from '@pontage/settings';
import { runService, serveHealth } from '@pontage/telemetry';
import { Pipes } from './bus/pipes.js';
import { RegionShare } from './bus/region-share.js';
import { Worker } from './bus/worker.js';
import { Connections } from './connection/connections.js';
import { Dialer } from './connection/dialer.js';
import { resolveBy, resolveBySystem } from './connection/resolve-host.js';
import { workerSettings } from './settings.js';

runService('egress-worker', async ({ logger, onStop }) => {
  const settings = readSettings(workerSettings);
  const { PONTAGE_EGRESS_DNS: nameServer } = settings;
  const bus = await Bus.connect({
    service: 'egress-worker',
    region: settings.PONTAGE_REGION,
    url: settings.PONTAGE_NATS_URL,
    password: settings.PONTAGE_NATS_PASSWORD,
    logger,
  });
  onStop(() => bus.drain());

  const dialer = new Dialer({
    policy: { allow: settings.PONTAGE_EGRESS_ALLOW, ownAddresses: ownAddresses() },
    resolve: nameServer === undefined ? resolveBySystem : resolveBy(nameServer),
    localAddress: settings.PONTAGE_EGRESS_BIND,
    connectMs: settings.PONTAGE_EGRESS_CONNECT_MS,
  });
  const worker = new Worker({
    bus,
    connections: new Connections(dialer, { bodyIdleMs: settings.PONTAGE_EGRESS_IDLE_MS }),
    pipes: new Pipes(settings.PONTAGE_BULK_DIR),
    logger,
    capacity: settings.PONTAGE_EGRESS_CAPACITY,
    queue: settings.PONTAGE_EGRESS_QUEUE,
    outboundIps: settings.PONTAGE_OUTBOUND_IPS,
  });
  const share = new RegionShare(bus, (most) => worker.limitTo(most));
  onStop(() => share.stop());
  void share.follow().catch((error: unknown) => logger.warn({ err: error }, 'the caps of regions are not known'));
  const health = await serveHealth(settings, () => worker.isReady);
  onStop(() => health.close());
  onStop(() => worker.drain());
  return { healthPort: health.port };
});

/** Addresses of this machine: what listens on them is ours or our operator's, not an upstream. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
