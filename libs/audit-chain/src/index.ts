export { canonicalJson } from './canonical-json.js';
export { bodyOf, genesis, hashOf, linkEvent, type EventBody, type Head, type Link } from './chain.js';
export {
  checkpointFault,
  checkpointKeys,
  keyIdOf,
  publicJwk,
  signCheckpoint,
  type CheckpointKeys,
} from './checkpoint.js';
export { ChainVerifier, verifyChain, type Broken, type ChainEvidence, type ChainReport } from './verify-chain.js';
