export { Bus, type ProcessIdentity } from './bus.js';
export { Hearing } from './hearing.js';
export { Presence } from './presence.js';
export { type BreakerRecord, type PresenceRecord, type PresenceState } from './presence-record.js';
export { SealedBatches, type BatchEvents } from './batches.js';
export { isNoResponders, publishReplies, Replies, type Reply, type ReplyInbox } from './replies.js';
export { BulkConnection } from './bulk/bulk-connection.js';
export { Pieces } from './bulk/pieces.js';
export { messageHead } from './bulk/pipe-message.js';
export { pipePath } from './bulk/pipe-path.js';
export { refusalIn } from './acknowledgement.js';
export { randomId } from './random-id.js';
export { connectNats, type BusAddress } from './connect-nats.js';
export { actorOf, auditOf } from './audit-of.js';
export { ContractServer } from './nest/contract-server.js';
export { serves, type Serves } from './nest/serves.js';
export { decodeMessage, encodeMessage, type Message } from './frames/message.js';
export {
  decodeFrame,
  encodeChunk,
  encodeFrame,
  sealedFrame,
  type ChunkFrame,
  type Frame,
  type FrameHeads,
} from './frames/frame.js';
export { decodeCancel, decodeFlow, encodeCancel, encodeFlow, type Flow, type FlowMessage } from './frames/flow.js';
export { isInboxOf, isSealed, openFrame, openBatch, sealBatch, sealFrame, type OpenedBatch } from './frames/sealed.js';
