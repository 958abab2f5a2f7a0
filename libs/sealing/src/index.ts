export { ProcessKeys, type PublicKey } from './process-keys.js';
export { SealedChannels, type OpenedBox, type PeerKey } from './sealed-channels.js';
