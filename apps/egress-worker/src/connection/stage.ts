import { upstreamTimedOut } from '@pontage/problems';

/** How far a request has come on its way; problems and signs of life name it. */
export type Stage = 'resolve' | 'connect' | 'tls' | 'request' | 'head' | 'body';

/**
 * The result, unless it takes longer than `ms` or is aborted.
 * @throws Problem `upstream-timed-out` with the stage; the signal's reason when it is aborted.
 */
export function within<T>(stage: Stage, ms: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => finish(() => reject(signal.reason as Error));
    const timer = setTimeout(() => finish(() => reject(upstreamTimedOut({ stage }))), ms);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      settle();
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    const settle = () => finish(() => resolve(work));
    work.then(settle, settle);
  });
}
