// Dynamic thresholds: A. K. Choudhury and E. L. Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet
// Switches", IEEE/ACM Transactions on Networking 6(2), 1998, with a factor of one. Here at two levels, and of places
// instead of bytes.

/** For whom a place is taken: an organisation and, where one of its doings must not take all of its share, which. */
export interface Claim {
  readonly org: string;
  readonly part?: string;
}

interface Share {
  held: number;
  readonly parts: Map<string, number>;
}

/**
 * Places that organisations share. One may take a further place only while it holds fewer than are free: alone it gets
 * half of them, two get a third each, and there is always room for somebody new. Within an organisation the same: a
 * part of it may take one only while it holds fewer than the organisation may still take.
 */
export class FairShares {
  private readonly shares = new Map<string, Share>();
  private taken = 0;

  /**
   * @param capacity how many places there are. Fewer than are taken takes nothing away; it fills up less.
   * @param perOrg how many an organisation has at most, however many are free
   */
  constructor(
    public capacity: number,
    public perOrg = Infinity,
  ) {}

  /** Places that are taken. */
  get size(): number {
    return this.taken;
  }

  /** True when one more may be taken. */
  admits({ org, part }: Claim): boolean {
    const share = this.shares.get(org);
    const ofOrg = share?.held ?? 0;
    const ofPart = part === undefined ? 0 : (share?.parts.get(part) ?? 0);
    return ofOrg < this.perOrg && ofPart < this.capacity - this.taken - ofOrg;
  }

  take({ org, part }: Claim): void {
    this.taken += 1;
    let share = this.shares.get(org);
    if (share === undefined) {
      share = { held: 0, parts: new Map() };
      this.shares.set(org, share);
    }
    share.held += 1;
    if (part !== undefined) share.parts.set(part, (share.parts.get(part) ?? 0) + 1);
  }

  /** Gives a place back that was taken for the same claim. */
  give({ org, part }: Claim): void {
    const share = this.shares.get(org);
    if (share === undefined) return;
    this.taken -= 1;
    share.held -= 1;
    if (share.held === 0) this.shares.delete(org);
    if (part === undefined) return;
    const left = (share.parts.get(part) ?? 0) - 1;
    if (left > 0) share.parts.set(part, left);
    else share.parts.delete(part);
  }

  /** How many organisations hold places. */
  get holders(): number {
    return this.shares.size;
  }
}
