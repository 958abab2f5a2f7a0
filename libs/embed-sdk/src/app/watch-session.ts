import { tellParent } from './tell-parent.js';

const warnBeforeMs = 60_000;
/** setTimeout holds no more than 2^31 − 1 ms; a session may last 30 days. */
const longestTimerMs = 2_147_483_647;

/** Tells the parent a minute before the session ends, and when it has ended. */
export function watchSession(expiresAt: string): void {
  const end = Date.parse(expiresAt);
  at(end - warnBeforeMs, () => tellParent({ type: 'SESSION_EXPIRING', expiresAt }));
  at(end, () => tellParent({ type: 'SESSION_EXPIRED' }));
}

function at(time: number, act: () => void): void {
  const left = time - Date.now();
  if (left > longestTimerMs) setTimeout(() => at(time, act), longestTimerMs);
  else setTimeout(act, Math.max(0, left));
}
