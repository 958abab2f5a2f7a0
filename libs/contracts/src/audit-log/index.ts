export { checkpoint, findAuditEvent, listAuditEvents, listCheckpoints, verifyAudit, type Checkpoint } from './audit.js';
