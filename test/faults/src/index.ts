export { Effects, steadily, type Acted } from './effects.js';
export { kill, replaced, resume, stop } from './signal-process.js';
export { openLine, type CuttableLine } from './cuttable-line.js';
export { reconcile, type Accounts, type Reconciliation } from './reconcile.js';
