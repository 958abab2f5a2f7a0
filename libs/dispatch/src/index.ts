export { Dispatcher, type Sending, type Verdict } from './dispatcher.js';
export { WorkerPool, type RegionSettings } from './worker-pool.js';
export { egressFetch, type EgressFetch, type EgressManner, type EgressRoute } from './egress-fetch.js';
