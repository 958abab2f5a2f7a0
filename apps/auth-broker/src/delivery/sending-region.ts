/** Where webhooks are sent from. */
export abstract class SendingRegion {
  /** @param wished the webhook's own; null: the organisation's default, or else any region that takes something */
  abstract of(org: string, wished: string | null): string;
}
