import type { Dispatch, Probed, ProbeStage, StageTime } from '@pontage/contracts/egress-worker';
import { headerOf, schemeOf } from '@pontage/http-message';
import type { Attempt } from '../execution/attempt.js';

/** A connection test on its way: what is known of it, here and then at the worker. */
export class Probing {
  private at: ProbeStage = 'policy';
  private readonly times: StageTime[] = [];
  private credential: Probed['credential'] = null;

  constructor(
    private readonly region: string,
    private readonly acceptsAnyIssuer: boolean,
  ) {}

  /** What is known. */
  get known(): Probed {
    const { region, credential, acceptsAnyIssuer, times, at } = this;
    return { region, credential, acceptsAnyIssuer, times: [...times], at, refusal: null };
  }

  /** Waits for the lease, and takes the time. */
  async leasing<T>(lease: T | Promise<T>): Promise<T> {
    this.at = 'authenticate';
    const since = performance.now();
    try {
      return await lease;
    } finally {
      this.times.push({ stage: 'authenticate', ms: Math.round(performance.now() - since) });
    }
  }

  /**
   * The dispatch of an attempt as a test sends it: sealed, since an upstream may repeat secrets, and with no redirect
   * followed, since a sign-in page would look like success.
   */
  dispatched(dispatch: Dispatch, { lease, ready, applied }: Attempt): Dispatch {
    this.at = 'connect';
    const scheme = schemeOf(headerOf(applied.request, 'authorization') ?? '') ?? null;
    if (lease !== undefined) this.credential = { method: lease.method, scheme, isGranted: lease.grant !== null };
    return {
      ...dispatch,
      answerTo: { ...dispatch.answerTo, sealed: true },
      maxRedirects: 0,
      keep: dispatch.keep.filter((status) => status >= 400),
      probe: { known: this.known, refusals: ready?.method.refusals ?? {} },
    };
  }
}
