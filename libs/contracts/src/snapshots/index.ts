export { bucket, tickKey, type Bucket, type SnapshotEntry, type ValueOf } from './bucket.js';
export {
  apps,
  buckets,
  config,
  grants,
  identityKeys,
  members,
  memberSessions,
  organisations,
  permissions,
  queries,
  regions,
  resources,
  rotations,
  sessions,
  tokens,
} from './buckets.js';
export { idempotency, idempotencySecrets, stores, type Store } from './stores.js';
