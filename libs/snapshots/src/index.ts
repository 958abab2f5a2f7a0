export { becomesFresh, type Freshness } from './becomes-fresh.js';
export { grantSnapshotKey, type GrantKey } from './grant-snapshot-key.js';
export { SnapshotWatch } from './snapshot-watch.js';
export { SnapshotWriter } from './snapshot-writer.js';
