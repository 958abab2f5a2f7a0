import { FairShares } from '@pontage/admission';
import type { UnitOfWork } from '@pontage/persistence';
import type { Logger } from '@pontage/telemetry';
import { type Deliver } from './deliver.js';
import { type Claim, type DeliveryStore } from './delivery-store.js';

const lookEveryMs = 1_000;
/** Longer than a try takes at most, with what comes before and after it. */
const leaseMs = 30_000;
/** Tries in hand at once. Organisations share them: the slow receivers of one leave the others their places. */
const places = 32;

/** Brings messages to webhooks, in the background: looks every second for what is due, and at once when it is told to. */
export class Courier {
  private readonly shares = new FairShares(places);
  private readonly inHand = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private isAskedAgain = false;
  private isStopping = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly deliveries: DeliveryStore,
    private readonly deliver: Deliver,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.look(), lookEveryMs).unref();
    this.look();
  }

  /** Looks for what is due, now. */
  look(): void {
    if (this.isStopping) return;
    this.isAskedAgain = this.round !== undefined;
    this.round ??= this.takeDue()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'webhooks could not be served; trying again'))
      .finally(() => {
        this.round = undefined;
        if (this.isAskedAgain) this.look();
      });
  }

  /** Takes nothing more, and waits for what is in hand. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.round;
    await Promise.all(this.inHand);
  }

  private async takeDue(): Promise<void> {
    for (const org of await this.deliveries.dueOrganisations()) {
      while (!this.isStopping && this.shares.admits({ org })) {
        const claim = await this.deliveries.claim(org, leaseMs);
        if (claim === undefined) break;
        this.begin(claim);
      }
    }
  }

  private begin(claim: Claim): void {
    this.shares.take(claim);
    const trip = this.carry(claim)
      // Nobody hears what became of it: when the lease is over, it is tried again.
      .catch((error: unknown) => this.logger.warn({ err: error }, 'a delivery to a webhook could not be noted'))
      .finally(() => {
        this.shares.give(claim);
        this.inHand.delete(trip);
        this.look();
      });
    this.inHand.add(trip);
  }

  private async carry(claim: Claim): Promise<void> {
    const { org, webhookId: webhook } = claim;
    const { attempt, next, isGone, fault } = await this.deliver.once(claim);
    if (fault !== undefined)
      this.logger.error({ err: fault, org, webhook, delivery: claim.id }, 'a delivery to a webhook failed on our side');
    await this.unitOfWork.run(org, async (work) => {
      const isNoted = await this.deliveries.finish(work, claim, attempt, next);
      if (!isNoted || !isGone) return;
      await this.deliveries.disable(work, webhook);
      const actor = { type: 'service', id: 'auth-broker', display: 'auth-broker' } as const;
      const data = { webhook, delivery: claim.id, status: attempt.status };
      work.audit({ org, actor, action: 'webhook.disabled', outcome: 'success', data });
    });
  }
}
