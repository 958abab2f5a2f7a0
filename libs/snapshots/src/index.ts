export { becomesFresh, type Freshness } from './becomes-fresh.js';
export { SnapshotWatch } from './snapshot-watch.js';
export { SnapshotWriter } from './snapshot-writer.js';
