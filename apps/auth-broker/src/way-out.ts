import type { Bus } from '@pontage/bus';
import { organisations, regions } from '@pontage/contracts/snapshots';
import { Dispatcher, WorkerPool } from '@pontage/dispatch';
import type { UnitOfWork } from '@pontage/persistence';
import { SnapshotWatch } from '@pontage/snapshots';
import type { ServiceContext } from '@pontage/telemetry';
import { Courier } from './delivery/courier.js';
import { Deliver } from './delivery/deliver.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { PresentSendingRegion } from './delivery/sending-region.presence.js';
import { DispatchedTokenEgress } from './grant/token-egress.dispatch.js';
import type { SecretBox } from './secrets/secret-box.js';
import { WebhookStore } from './webhook/webhook-store.js';

/** The way out, through workers of regions that are open, and what goes that way by itself. */
export async function wayOut(
  bus: Bus,
  unitOfWork: UnitOfWork,
  box: SecretBox,
  { logger, onStop }: Pick<ServiceContext, 'logger' | 'onStop'>,
) {
  const [decided, settings] = await Promise.all([
    SnapshotWatch.open(bus, regions),
    SnapshotWatch.open(bus, organisations),
  ]);
  onStop(() => decided.stop());
  onStop(() => settings.stop());
  const workers = new WorkerPool(bus.presence, decided);
  const egress = new DispatchedTokenEgress(bus, new Dispatcher(bus, workers));
  const sendingRegion = new PresentSendingRegion(settings, workers, bus.presence);
  const deliver = new Deliver(egress, new WebhookStore(box), sendingRegion);
  const courier = new Courier(unitOfWork, new DeliveryStore(unitOfWork), deliver, logger);
  courier.start();
  onStop(() => courier.stop());
  return { egress, courier };
}
