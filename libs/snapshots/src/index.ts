export { SnapshotWatch } from './snapshot-watch.js';
export { SnapshotWriter } from './snapshot-writer.js';
