/**
 * How many bytes of answers may be on their way to this process at once, over all streams: a gateway that is offered
 * more than its connection takes is cut off by the server, and every stream with it.
 */
export class CreditBudget {
  private used = 0;

  constructor(
    private readonly totalBytes = 32 * 1024 * 1024,
    private readonly streamBytes = 1024 * 1024,
  ) {}

  /** Takes up to one stream's share beyond what it has already; 0 when the budget is spent. */
  reserve(alreadyBytes: number): number {
    const granted = Math.max(0, Math.min(this.streamBytes - alreadyBytes, this.totalBytes - this.used));
    this.used += granted;
    return granted;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}
