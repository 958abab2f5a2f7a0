/** What is known of a rotation that has not settled. Times are distances by the database's clock. */
export interface RotationState {
  /** Which credential requests are sent with first. */
  readonly prefers: 'new' | 'previous';
  /** Since its resource names the new credential; null: it does not yet. */
  readonly installedForMs: number | null;
  /** Since it was claimed. */
  readonly begunForMs: number;
  /** Requests with the new credential that were answered since it was refused last. */
  readonly accepted: number;
  /** Refusals of the new credential since it was accepted last. */
  readonly refused: number;
  /** Since it was accepted last, or installed. */
  readonly unacceptedForMs: number;
  /** Since it was refused last, or installed. */
  readonly quietForMs: number;
}

/** What becomes of a rotation. */
export type Step =
  | 'wait'
  /** The resource names the new credential now. */
  | 'install'
  /** The resource names neither: somebody has changed or rolled back its credential, or the change never came about. */
  | 'drop'
  /** The new credential has proven itself: the one before is retired. */
  | 'settle'
  /** The new one is refused while the one before is taken: that one goes first. */
  | 'fail'
  /** The upstream has learnt the new secret after all. */
  | 'recover';

/** So many answers in a row prove that the upstream takes the new credential, */
const provenBy = 5;
/** and so long nobody refuses it, or only refuses it. */
const observedMs = 60_000;
/** So many refusals in a row are no chance. */
const failedBy = 10;
/** Both credentials are kept no longer than this, unless the old one is what works. */
const longestMs = 24 * 60 * 60_000;
/** A rotation that shows refusals so lately has not come to its end. */
const recentMs = 60 * 60_000;
/** A change that the registry has not told of by now was not made. */
const installWithinMs = 10 * 60_000;

/** What the registry has told one process, all of them have heard by then. */
const heardWithinMs = 10_000;

/** Decides what becomes of a rotation. @param isNamed whether the resource names the new credential, as it was told last */
export function stepOf(state: RotationState, isNamed: boolean): Step {
  const { prefers, installedForMs, accepted, refused, quietForMs, unacceptedForMs } = state;
  if (installedForMs === null) {
    if (isNamed) return 'install';
    return state.begunForMs > installWithinMs ? 'drop' : 'wait';
  }
  // Another process may have heard of it first.
  if (!isNamed) return installedForMs > heardWithinMs ? 'drop' : 'wait';
  if (prefers === 'previous') return accepted >= provenBy ? 'recover' : 'wait';
  const isQuiet = quietForMs >= observedMs;
  if (accepted >= provenBy && isQuiet) return 'settle';
  if (refused >= failedBy && unacceptedForMs >= observedMs) return 'fail';
  if (installedForMs < longestMs) return 'wait';
  if (quietForMs < recentMs) return 'fail';
  return isQuiet ? 'settle' : 'wait';
}
