import type { RefreshManner } from '@pontage/auth-methods';
import type { Problem, ProblemOnTheWire } from '@pontage/problems';

/**
 * What is known of the grant of one credential in one environment. Times are distances by the database's clock, since
 * the clocks of processes may differ.
 */
export interface GrantState {
  /** Counts the grants; 0 before the first one. */
  readonly version: number;
  /** Fingerprint of the rendered credential that grant and failures belong to. */
  readonly input: string | null;
  readonly sealed: Uint8Array | null;
  /** What it is good for, when a person agreed to it; empty: it has moved to the credential that came after. */
  readonly scope: string | null;
  /** Until it is refreshed though nobody asks; null: it is not. */
  readonly refreshInMs: number | null;
  readonly ageMs: number;
  /** Null: it ends only when it is refused. */
  readonly remainingMs: number | null;
  /** How often in a row the upstream refused a young grant. */
  readonly renewals: number;
  /** The origin that the credential's secrets were sent to, in any environment. */
  readonly destination: string | null;
  readonly failures: number;
  /** Until the next attempt after a failure. */
  readonly retryInMs: number;
  readonly problem: ProblemOnTheWire | null;
  /** Until the attempt in the air counts as lost; 0 when there is none. */
  readonly flightForMs: number;
}

/** What somebody wants a grant for. */
export interface GrantWish {
  readonly input: string;
  /** The version that the upstream has just refused. */
  readonly refused: number | undefined;
  /** When grants are replaced. */
  readonly manner: RefreshManner;
}

/** Why a grant is asked for. */
export type Trigger = 'first' | 'changed' | 'expiry' | 'refused' | 'background';

/** What to do about a wish. */
export type Verdict =
  /** With `renews`: it is good still, and somebody should see to the next one meanwhile. */
  | { readonly kind: 'use'; readonly validForMs: number; readonly renews?: true }
  | { readonly kind: 'acquire'; readonly trigger: Trigger }
  /** Somebody else is asking: look again in a moment. */
  | { readonly kind: 'wait' }
  /** The last attempt failed and the next one is not due. */
  | { readonly kind: 'fail' };

const marginMs = 30_000;
const longestLeaseMs = 5 * 60_000;
/** Before a grant ends, the next one is obtained while nobody has to wait for it: this long before, or the last fifth of its life. */
const aheadMs = 5 * 60_000;
/** While the next grant is on its way, proxies ask again soon. */
const renewingLeaseMs = 5_000;
/** A grant that lived so long before it was refused starts the count anew. */
const livedMs = 60_000;

/** Decides. Nobody asks twice at once, nobody asks in a loop, and a grant that is still good is used while a new one cannot be had. */
export function judge(state: GrantState, wish: GrantWish): Verdict {
  const isOurs = state.input === wish.input;
  const isUsable = isOurs && state.sealed !== null && (state.remainingMs === null || state.remainingMs > 0);
  const isRefused = wish.refused !== undefined && state.version <= wish.refused;
  const lifetime = lifetimeOf(state, wish.manner);
  const bears = !isRefused || !wish.manner.onDemand || state.ageMs < renewalPauseMs(state);
  if (isUsable && lifetime.isFresh && bears) {
    const renews = lifetime.isAging && state.flightForMs <= 0 && state.retryInMs <= 0;
    return { kind: 'use', validForMs: lifetime.ms, ...(renews ? { renews } : {}) };
  }
  const isGood = isUsable && !isRefused;
  if (state.flightForMs > 0) return isGood ? { kind: 'use', validForMs: lifetime.ms } : { kind: 'wait' };
  if (isOurs && state.retryInMs > 0) return isGood ? { kind: 'use', validForMs: lifetime.ms } : { kind: 'fail' };
  const trigger = triggerOf(state, isOurs, isRefused && isUsable);
  // Nobody may ask for the next one now: this one is used to its end.
  if (trigger === 'expiry' && !wish.manner.onDemand)
    return isGood ? { kind: 'use', validForMs: lifetime.ms } : { kind: 'fail' };
  return { kind: 'acquire', trigger };
}

/** How long after it was obtained a grant is replaced though nobody asks, a little before proxies would ask for it; null: never. */
export function refreshInMs(
  lifetimeMs: number | null,
  { background }: RefreshManner,
  random = Math.random(),
): number | null {
  if (!background || lifetimeMs === null) return null;
  return Math.max(0, lifetimeMs - Math.min(aheadMs, lifetimeMs / 5) * (1 + random / 2));
}

/** How long an upstream that refuses young grants waits for the next one: not at all, then 1 s, 2 s, 4 s, … 60 s. */
export function renewalPauseMs({ renewals, ageMs }: Pick<GrantState, 'renewals' | 'ageMs'>): number {
  return renewals === 0 || ageMs >= livedMs ? 0 : Math.min(1_000 * 2 ** (renewals - 1), livedMs);
}

/** How many refusals in a row a grant stands for that is acquired now. */
export function renewalsAfter({ renewals, ageMs }: Pick<GrantState, 'renewals' | 'ageMs'>, trigger: Trigger): number {
  if (trigger !== 'refused') return 0;
  return ageMs >= livedMs ? 1 : renewals + 1;
}

/** A spent grant is not asked for again: who signs in anew brings another one. */
const neverMs = 100 * 365 * 24 * 3_600_000;
const longestToldMs = 3_600_000;

/**
 * How long after its `failures`th failure in a row a token endpoint is left alone, ± 20 % so that nobody comes in step; as
 * long as it asks for, up to an hour.
 */
export function retryPauseMs(
  { slug, retryAfterSeconds = 0 }: Pick<Problem, 'slug' | 'retryAfterSeconds'>,
  failures: number,
  random = Math.random(),
): number {
  if (slug === 'consent-required') return neverMs;
  const [firstMs, longestMs] = slug === 'credential-rejected' ? [5_000, 300_000] : [1_000, 60_000];
  const pauseMs = Math.min(firstMs * 2 ** (failures - 1), longestMs) * (0.8 + 0.4 * random);
  return Math.max(pauseMs, Math.min(retryAfterSeconds * 1_000, longestToldMs) * (1 + 0.1 * random));
}

interface Lifetime {
  readonly isFresh: boolean;
  /** Fresh, but the next one is due. */
  readonly isAging: boolean;
  readonly ms: number;
}

/**
 * A grant is lent until its renewal is due, and in short leases from then on; in the last half minute (a short-lived one:
 * in the second half of its life) it is only good as long as there is no other.
 */
function lifetimeOf({ ageMs, remainingMs }: GrantState, { ahead }: RefreshManner): Lifetime {
  if (remainingMs === null) return { isFresh: true, isAging: false, ms: longestLeaseMs };
  if (!ahead) return { isFresh: remainingMs > 0, isAging: false, ms: Math.min(remainingMs, longestLeaseMs) };
  const lifeMs = ageMs + remainingMs;
  const untilMs = remainingMs - Math.min(marginMs, lifeMs / 2);
  if (untilMs <= 0) return { isFresh: false, isAging: false, ms: Math.min(remainingMs, marginMs) };
  const untilDueMs = Math.min(untilMs, remainingMs - Math.min(aheadMs, lifeMs / 5));
  return untilDueMs > 0
    ? { isFresh: true, isAging: false, ms: Math.min(untilDueMs, longestLeaseMs) }
    : { isFresh: true, isAging: true, ms: Math.min(untilMs, renewingLeaseMs) };
}

function triggerOf(state: GrantState, isOurs: boolean, isRefused: boolean): Trigger {
  if (isRefused) return 'refused';
  if (state.version === 0) return 'first';
  return isOurs ? 'expiry' : 'changed';
}
