export { Dispatcher, type Sending } from './dispatcher.js';
export { WorkerPool } from './worker-pool.js';
export { egressFetch, type EgressFetch, type EgressRoute } from './egress-fetch.js';
