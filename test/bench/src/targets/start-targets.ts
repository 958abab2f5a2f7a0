import { startChild } from '../children/child.js';
import { startNginx } from './nginx.js';
import { startPontageUnderLoad, type PontageUnderLoad } from './pontage.js';
import { plainTarget, type Target } from './target.js';
import { startUpstream } from './upstream.js';

/** Everything that is measured, running. */
export interface Targets {
  readonly direct: Target;
  /** What every ratio is about. */
  readonly reference: Target;
  /** Undefined: not installed. */
  readonly nginx: Target | undefined;
  readonly pontage: PontageUnderLoad;
  stop(): Promise<void>;
}

/** Starts the upstream and all that stands before it. */
export async function startTargets(): Promise<Targets> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  try {
    const upstream = await startUpstream();
    stops.push(() => upstream.stop());
    const address = `http://127.0.0.1:${upstream.port}`;
    const httpProxy = await startChild('http-proxy', address);
    stops.push(() => httpProxy.stop());
    const nginx = await startNginx(upstream.port);
    if (nginx !== undefined) stops.push(() => nginx.stop());
    const pontage = await startPontageUnderLoad(upstream.port);
    stops.push(() => pontage.pontage.stop());
    const ownAddress = `http://127.0.0.1:${httpProxy.ready as number}`;
    return {
      direct: plainTarget('direct', address),
      reference: plainTarget('@fastify/http-proxy', ownAddress, httpProxy.pid),
      nginx: nginx?.target,
      pontage,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
